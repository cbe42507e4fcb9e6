// Element ids of Matroska that are read by name (RFC 9559).
export const SEGMENT = 0x18538067;
export const SEEK_HEAD = 0x114d9b74;
export const INFO = 0x1549a966;
export const TRACKS = 0x1654ae6b;
export const CLUSTER = 0x1f43b675;
export const CUES = 0x1c53bb6b;
export const ATTACHMENTS = 0x1941a469;
export const CHAPTERS = 0x1043a770;
export const TAGS = 0x1254c367;

export const SEGMENT_UID = 0x73a4;
export const TIMESTAMP_SCALE = 0x2ad7b1;
export const TITLE = 0x7ba9;
export const MUXING_APP = 0x4d80;
export const WRITING_APP = 0x5741;

export const TRACK_ENTRY = 0xae;
export const TRACK_NUMBER = 0xd7;
export const TRACK_TYPE = 0x83;
export const TRACK_NAME = 0x536e;
export const CODEC_ID = 0x86;
export const CODEC_PRIVATE = 0x63a2;
export const CONTENT_ENCODINGS = 0x6d80;
export const AUDIO = 0xe1;
export const SAMPLING_FREQUENCY = 0xb5;
export const CHANNELS = 0x9f;
export const BIT_DEPTH = 0x6264;

export const TIMESTAMP = 0xe7;
export const SIMPLE_BLOCK = 0xa3;
export const BLOCK_GROUP = 0xa0;
export const BLOCK = 0xa1;

export const TAG = 0x7373;
export const SIMPLE_TAG = 0x67c8;
export const TAG_NAME = 0x45a3;
export const TAG_STRING = 0x4487;

/** TrackType of audio (RFC 9559 section 5.1.4.1.3). */
export const TRACK_TYPE_AUDIO = 2;
