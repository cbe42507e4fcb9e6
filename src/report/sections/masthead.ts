// The head of the page: which call, how long, and how it divides among the speakers.
import type { MeasuredCall } from '../call.ts';
import { type Html, html } from '../html.ts';
import { lengthText, timeText } from '../time-text.ts';

export function masthead(call: MeasuredCall, title: string): Html {
  const { contactId, instanceId, fragments, lanes, durationMs, sampleRate } = call;
  return html`<header class="masthead">
<div class="headline">
<p class="eyebrow">Call report</p>
<h1>${title}</h1>
<button type="button" class="theme needs-script" hidden aria-label="Switch between light and dark" title="Switch between light and dark"><svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="7"/><path d="M10 3a7 7 0 0 1 0 14z"/></svg></button>
</div>
<dl class="facts">
${fact('Duration', html`${timeText(durationMs)}`)}
${fact('Contact', contactId === null ? html`unknown` : html`<code><bdi>${contactId}</bdi></code>`)}
${instanceId === null ? undefined : fact('Instance', html`<code><bdi>${instanceId}</bdi></code>`)}
${fragments === null ? undefined : fact('Fragments', fragmentCount(fragments))}
${lanes.length === 0 ? undefined : fact('Audio', html`${sampleRate / 1000} kHz, ${lanes.map(({ label }) => label.toLowerCase()).join(' and ')}`)}
</dl>
${shares(call)}
</header>`;
}

function fact(name: string, value: Html): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function fragmentCount({ count, duplicates }: NonNullable<MeasuredCall['fragments']>): Html {
  return duplicates === 0 ? html`${count}` : html`${count}, ${duplicates} repeated`;
}

/** A bar of who speaks how much, with the numbers in words below it. */
function shares({ shares, lanes, durationMs }: MeasuredCall): Html | undefined {
  if (lanes.length === 0) return undefined;
  const parts = [
    ...lanes.map(({ direction, label }, index) => ({
      kind: direction,
      label: lanes.length === 1 ? 'Somebody speaks' : `${label} speaks`,
      share: shares.alone[index]!,
    })),
    { kind: 'together', label: 'At the same time', share: shares.together },
    { kind: 'none', label: 'Nobody speaks', share: shares.none },
  ].filter(({ share }) => share >= 0.0005);
  let at = 0;
  const bars = parts.map(({ kind, share }) => {
    const x = at * 100;
    at += share;
    return html`<rect class="share ${kind}" x="${x.toFixed(2)}%" width="${(share * 100).toFixed(2)}%" height="8"/>`;
  });
  return html`<div class="shares">
<svg width="100%" height="8" aria-hidden="true">${bars}</svg>
<ul>${parts.map(
    ({ kind, label, share }) =>
      html`<li><svg class="dot" viewBox="0 0 10 10" aria-hidden="true"><rect class="share ${kind}" width="10" height="10" rx="3"/></svg>${label} <b>${percent(share)}</b> <span>${lengthText(share * durationMs)}</span></li>`,
  )}</ul>
</div>`;
}

function percent(share: number): string {
  return share < 0.01 ? 'under 1%' : `${Math.round(share * 100)}%`;
}
