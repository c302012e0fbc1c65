// A custom kernel: a complete WGSL module. Unlike tfjs's programs it may have several outputs, and
// may bind parts of buffers.

export interface Program {
  /** Identifies the code: it contains everything that `code` depends on (shapes, tile sizes). */
  key: string
  /**
   * WGSL with an entry point `main`. Group 0 binds the outputs (`var<storage, read_write>`), then
   * the inputs (`var<storage, read>`), then `var<uniform>` if there are scalars. All have to be
   * used.
   */
  code: string
  /** Number of workgroups in x, y, z. */
  workgroups: readonly [number, number, number]
  /**
   * The scalars are different in nearly every call (a step number, a seed), so do not cache them.
   */
  transientScalars?: true
}

/**
 * Scalars that change from call to call, laid out as in the uniform struct. Others belong in the
 * code.
 */
export type Scalars = Uint32Array | Float32Array

/** Scalars as a function of the training step. */
export type ScalarsAt = (step: number) => Uint32Array
