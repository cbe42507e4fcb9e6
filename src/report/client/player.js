// Playing: one audio element, the buttons around it, and the position that everything else follows.

/** Null where the report has no audio; then a position can still be chosen. */
const audio = document.querySelector('audio');
const playButton = part('.play', HTMLButtonElement);
const nowText = part('.now', HTMLElement);
const wallClock = part('.wall', HTMLElement);
const speed = part('.speed', HTMLSelectElement);
const side = part('.side', HTMLSelectElement);
const failure = part('.failure', HTMLElement);

/** Milliseconds from the start of the call. */
let position = 0;
/** Where to begin once the audio can be moved in. @type {number | null} */
let pendingSeek = null;

/** Takes the position from the audio, or where it was put, and tells everybody. */
function moved() {
  if (audio && pendingSeek === null) position = within(Math.round(audio.currentTime * 1000), 0, duration);
  nowText.textContent = timeText(position);
  wallClock.textContent = wallText(position);
  for (const tell of onMove) tell();
}

/** Goes to a position in the call. @param {number} ms */
function seek(ms) {
  position = within(ms, 0, duration);
  if (audio) {
    if (audio.readyState === 0) {
      pendingSeek = position;
      audio.load();
    } else {
      audio.currentTime = position / 1000;
    }
  }
  reveal(position);
  moved();
}

function play() {
  if (!audio) return;
  if (position >= duration - 50) seek(0);
  // Rejected where the audio cannot be had; the element's error event says so.
  audio.play().catch(() => {});
}

function togglePlay() {
  if (!audio) return;
  if (audio.paused) play();
  else audio.pause();
}

function showPlaying() {
  const playing = audio !== null && !audio.paused;
  playButton.setAttribute('aria-label', playing ? 'Pause' : 'Play');
  playButton.classList.toggle('playing', playing);
}

function followClock() {
  moved();
  if (audio && !audio.paused) requestAnimationFrame(followClock);
}

/** @param {number} rate */
function setSpeed(rate) {
  speed.value = String(rate);
  if (audio) audio.playbackRate = rate;
}

/** One step faster or slower. @param {1 | -1} step */
function changeSpeed(step) {
  const next = speed.options[speed.selectedIndex + step];
  if (next) setSpeed(Number(next.value));
}

/** Gains of the left and right channel, made when one of them is first to be heard alone. @type {GainNode[] | null} */
let gains = null;

/** Lets one side be heard, on both ears, or both. @param {string} which */
function listenTo(which) {
  side.value = which;
  if (!audio || (gains === null && which === 'both')) return;
  if (gains === null) {
    const context = new AudioContext();
    const split = context.createChannelSplitter(2);
    context.createMediaElementSource(audio).connect(split);
    gains = [0, 1].map((channel) => {
      const gain = context.createGain();
      // Each channel is one side; whichever is heard is heard on both ears.
      split.connect(gain, channel).connect(context.destination);
      return gain;
    });
    audio.addEventListener('play', () => void context.resume());
    void context.resume();
  }
  for (const [channel, gain] of gains.entries()) {
    gain.gain.value = which === 'both' || lanes[channel]?.direction === which ? 1 : 0;
  }
}

function startPlayer() {
  playButton.addEventListener('click', togglePlay);
  for (const button of document.querySelectorAll('[data-skip]')) {
    button.addEventListener('click', () => seek(position + Number(button.getAttribute('data-skip'))));
  }
  speed.addEventListener('change', () => setSpeed(Number(speed.value)));
  side.addEventListener('change', () => listenTo(side.value));
  if (!audio) return;
  audio.removeAttribute('controls');
  audio.addEventListener('loadedmetadata', () => {
    if (pendingSeek !== null) audio.currentTime = pendingSeek / 1000;
    pendingSeek = null;
  });
  for (const event of ['play', 'pause', 'ended']) audio.addEventListener(event, showPlaying);
  audio.addEventListener('play', followClock);
  for (const event of ['timeupdate', 'seeked', 'ended']) audio.addEventListener(event, moved);
  const showFailure = () => {
    failure.hidden = false;
  };
  audio.addEventListener('error', showFailure);
  // A file that is not there can be missed before a long page has come as far as this script.
  if (audio.error) showFailure();
  // A file that is opened from a disk may not be taken apart into its channels; a page that carries its audio may.
  const apart = audio.src.startsWith('data:') || location.protocol !== 'file:';
  if (apart && lanes.length > 1) part('.side-choice', HTMLElement).hidden = false;
}
