// Mouse, pen and finger on the waveform, and the slider that it is for the keyboard and for screen readers.

const slider = part('.slider', HTMLElement);
const tip = part('.tip', HTMLElement);

/** The time under a pointer. @param {PointerEvent | WheelEvent} event */
function timeAt({ clientX }) {
  const { left, width } = slider.getBoundingClientRect();
  return view.start + within((clientX - left) / width, 0, 1) * (view.end - view.start);
}

/** What stands at a time, in words. @param {number} ms */
function wordsAt(ms) {
  const lines = [timeText(ms), wallText(ms)];
  const near = ((view.end - view.start) / wave.clientWidth) * 5;
  for (const { startMs, durationMs, text, lane } of data.marks) {
    if (ms < startMs - near || ms > startMs + durationMs + near) continue;
    lines.push(lane < 0 ? text : `${lanes[lane]?.label}: ${text}`);
  }
  if (data.silences.some(({ startMs, endMs }) => ms >= startMs && ms <= endMs)) lines.push('Silence');
  const fragment = lastAt(data.fragments.starts, ms);
  const number = data.fragments.numbers[fragment];
  if (number != null) lines.push(`Fragment ${data.fragments.prefix}${number}`);
  return lines.filter((line) => line !== '').slice(0, 8);
}

/** @param {PointerEvent} event */
function showTip(event) {
  tip.replaceChildren(
    ...wordsAt(timeAt(event)).map((line) => {
      const row = document.createElement('span');
      row.textContent = line;
      return row;
    }),
  );
  tip.hidden = false;
  const { left, width } = wave.getBoundingClientRect();
  const at = within(event.clientX - left - tip.offsetWidth / 2, 0, Math.max(0, width - tip.offsetWidth));
  tip.style.transform = `translateX(${at}px)`;
}

function showSlider() {
  slider.setAttribute('aria-valuenow', String(Math.round(position / 1000)));
  slider.setAttribute('aria-valuetext', `${spokenTime(position)} of ${spokenTime(duration)}`);
}

function startPointer() {
  let scrubbing = false;
  slider.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    scrubbing = true;
    slider.setPointerCapture(event.pointerId);
    seek(timeAt(event));
  });
  slider.addEventListener('pointermove', (event) => {
    if (scrubbing) seek(timeAt(event));
    if (event.pointerType !== 'touch') showTip(event);
  });
  for (const end of ['pointerup', 'pointercancel']) {
    slider.addEventListener(end, () => {
      scrubbing = false;
    });
  }
  slider.addEventListener('pointerleave', () => {
    tip.hidden = true;
  });
  slider.addEventListener(
    'wheel',
    (event) => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        zoom(Math.exp(-event.deltaY / 200), timeAt(event));
      } else if (zoomedIn() && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))) {
        event.preventDefault();
        const span = view.end - view.start;
        show(view.start + ((event.deltaX || event.deltaY) / wave.clientWidth) * span, span);
      }
    },
    { passive: false },
  );
  const choose = (/** @type {PointerEvent} */ event) => {
    const { left, width } = overview.getBoundingClientRect();
    const span = view.end - view.start;
    show(((event.clientX - left) / width) * duration - span / 2, span);
  };
  overview.addEventListener('pointerdown', (event) => {
    overview.setPointerCapture(event.pointerId);
    choose(event);
  });
  overview.addEventListener('pointermove', (event) => {
    if (event.buttons & 1) choose(event);
  });
  slider.hidden = false;
  slider.setAttribute('aria-valuemax', String(Math.round(duration / 1000)));
  // Playing on past the edge turns the page; whoever looks at another part is left there.
  let wasShown = true;
  onMove.push(showSlider, () => {
    const isShown = position >= view.start && position <= view.end;
    if (wasShown && !isShown && !scrubbing) reveal(position);
    wasShown = position >= view.start && position <= view.end;
  });
}
