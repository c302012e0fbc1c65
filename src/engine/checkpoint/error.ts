// What is wrong with a checkpoint, for people.

/** A file that is no checkpoint, or none for this version: what is wrong, and what to do about it. */
export class CheckpointError extends Error {
  override name = 'CheckpointError'
  readonly cure: string

  constructor(message: string, cure = CHOOSE) {
    super(message)
    this.cure = cure
  }
}

const CHOOSE = 'Choose a ZIP that SaveCheckpoint made, or the folder of a UNet2DModel of diffusers.'
