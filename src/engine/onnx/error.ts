// Error of the export, with a cure.

/** Thrown for models that cannot be exported; the message names the kind. */
export class OnnxError extends Error {
  override name = 'OnnxError'

  constructor(
    message: string,
    readonly cure: string,
  ) {
    super(message)
  }
}
