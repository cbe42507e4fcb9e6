// What the settings say about uploads.

import { parseDestination } from '../../aws/s3/object-key.ts';
import type { Settings } from '../../config/resolve-settings.ts';
import { awsSettings, storageOptions } from '../aws-settings.ts';
import type { UploadOptions } from './upload-files.ts';

/** Files at the same time unless `--jobs` says otherwise: small files spend their time on the way. */
export const UPLOAD_JOBS = 4;

/**
 * @param url Where to: `s3://bucket/prefix/`.
 * @throws KvsrecError `bad-s3-url`, `bad-object-key` (exit 2).
 */
export function uploadOptions(url: string, settings: Settings, jobs = UPLOAD_JOBS): UploadOptions {
  return {
    aws: awsSettings(settings),
    storage: storageOptions(settings),
    destination: parseDestination(url),
    overwrite: settings.overwrite,
    deleteLocal: settings.deleteLocal,
    jobs,
  };
}
