// Error of the export, with a cure.
import { CuredError } from '../base/errors.ts'

/** Thrown for models that cannot be exported; the message names the kind. */
export class OnnxError extends CuredError {
  override name = 'OnnxError'
}
