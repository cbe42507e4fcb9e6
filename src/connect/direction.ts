// Which side of the call a track carries. The track's Name decides; neither its number nor its order does.

export type Direction = 'from' | 'to' | 'unknown';

const NAMES: Record<string, Direction> = {
  AUDIO_FROM_CUSTOMER: 'from',
  AUDIO_TO_CUSTOMER: 'to',
  // The single track of older Amazon Connect streams.
  'Track_audio/L16': 'from',
};

/**
 * Direction of an audio track. Where its name says nothing, the `IsCaller` tag of an Amazon Chime SDK Voice Connector
 * does: it streams each direction on its own.
 */
export function trackDirection(name: string, isCaller: string | undefined): Direction {
  const named = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (named !== undefined) return named;
  switch (isCaller?.toLowerCase()) {
    case 'true':
      return 'from';
    case 'false':
      return 'to';
    default:
      return 'unknown';
  }
}
