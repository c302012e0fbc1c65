// Limits on untrusted archives, in bytes unless noted. SECURITY.md states them.

export const archiveLimits = {
  /** Files in the ZIP of a checkpoint or a bundle. */
  files: 10_000,
  /** Contents of a ZIP. A checkpoint also has exactly the size of its architecture. */
  unpacked: 2 ** 31,
  /** Times the packed size, for files whose size nothing else determines, above `freely`. */
  ratio: 100,
  /** Size up to which the ratio does not matter. */
  freely: 2 ** 20,
  /** config.json of a model. */
  config: 2 ** 20,
  /** Number of config.json in a ZIP. */
  configs: 100,
  /** Other JSON in a checkpoint, such as recorded betas or the index of shards. */
  json: 16 * 2 ** 20,
  /** Number of files that the weights are divided into. */
  shards: 1000,
  /** Header of a safetensors file. That of a checkpoint is limited by its architecture. */
  safetensorsHeader: 32 * 2 ** 20,
  /** Unpacked size of a gzip file. */
  gzip: 2 ** 28,
} as const
