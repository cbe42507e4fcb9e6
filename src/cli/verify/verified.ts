// What comparing dumps with a manifest found.

/** A dump; `durationMs` is what the comparison took. */
export interface VerifiedDump {
  dump: string;
  ok: boolean;
  differences: string[];
  durationMs: number;
}

export interface VerifiedManifest {
  manifest: string;
  dumps: VerifiedDump[];
}
