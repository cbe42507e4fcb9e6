// Brings the page to life; without this it can still be read, listened to and printed.

/** Light, dark, or as the system has it. */
function startTheme() {
  const button = part('.theme', HTMLButtonElement);
  button.addEventListener('click', () => {
    const root = document.documentElement;
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    const shown = root.dataset.theme ?? (dark ? 'dark' : 'light');
    root.dataset.theme = shown === 'dark' ? 'light' : 'dark';
    readColours();
    redraw();
  });
}

document.documentElement.classList.add('scripted');
for (const element of document.querySelectorAll('.needs-script')) {
  if (element instanceof HTMLElement) element.hidden = false;
}
startPlayer();
startView();
startTheme();
if (lanes.length > 0) {
  startWaveform();
  startPointer();
}
startTranscript();
startSearch();
startKeyboard();
show(0, duration);
moved();
goToAddress();
addEventListener('hashchange', goToAddress);
