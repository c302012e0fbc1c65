// Internals of tfjs's engine, which its types leave out.
import { tf } from './tf.ts'

/** The engine with the named internals. */
export const tfEngine = <Internals>() => tf.engine() as unknown as Internals
