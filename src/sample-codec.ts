// How samples are stored that need no codec beyond G.711: what a track is recognised to have, and what is decoded.

/** Signed or unsigned, bits, byte order; or companded by G.711. */
export type SampleCodec =
  | 's16le'
  | 's16be'
  | 'u8'
  | 's24le'
  | 's24be'
  | 's32le'
  | 's32be'
  | 'f32le'
  | 'mulaw'
  | 'alaw';
