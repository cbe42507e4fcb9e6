// The settings as the engine takes them.

import type { Settings } from '../config/resolve-settings.ts';
import type { RecordingOptions } from '../recording/types.ts';

/** Digests are for scripts, so they are made for `--json` only. */
export function recordingOptions(settings: Settings): RecordingOptions {
  return {
    layouts: settings.layout,
    track: settings.track,
    timeline: settings.timeline,
    gapToleranceMs: settings.gapTolerance,
    contactId: settings.contactId,
    match: settings.match,
    nameTemplate: settings.name,
    overwrite: settings.overwrite,
    digest: settings.json,
  };
}
