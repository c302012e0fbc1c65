// A kernel of our own: a whole WGSL module. tfjs's programs have one output and whole buffers; these have what they need.

export interface Program {
  /** Names the code: whatever is written into `code` (shapes, tile sizes) is part of it. */
  key: string
  /**
   * WGSL with an entry `main`. Group 0 binds the outputs (`var<storage, read_write>`), then the inputs
   * (`var<storage, read>`), then `var<uniform>` if it takes scalars; each has to be used by the code.
   */
  code: string
  /** Workgroups in x, y, z. */
  workgroups: readonly [number, number, number]
  /** Its scalars are hardly ever those of an earlier call (a step number, a seed), so that they are not kept by content. */
  passing?: true
}

/** Scalars that change from step to step, laid out as in the struct of the uniform. Those that do not belong into the code. */
export type Scalars = Uint32Array | Float32Array
