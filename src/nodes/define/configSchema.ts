// Schemas of configs of models, from the declarations of params.
import { MessageError } from '../../engine/base/errors.ts'
import { quoteName } from '../../engine/base/quote.ts'
import { paramMessages } from '../../engine/messages/params.ts'
import type { ConfigSchema } from '../../engine/models/kinds/defined/definition.ts'
import { paramFault, problemWith } from '../../engine/plan/params.ts'
import type { ParamSpecs, RunParams } from './params.ts'

/**
 * Returns a strict schema for `config` of {@link defineModel}: it accepts objects with exactly these
 * keys, each a value that a node accepts for such a param, and throws Error for others. The numbers
 * of the params should have bounds.
 */
export const configSchema = <P extends ParamSpecs>(params: P): ConfigSchema<RunParams<P>> => ({
  parse(json) {
    const other = Object.keys(json).find((key) => !Object.hasOwn(params, key))
    if (other !== undefined)
      throw new MessageError(
        paramMessages.unknownKey({ keys: Object.keys(params).join(', '), got: quoteName(other) }),
      )
    for (const [key, param] of Object.entries(params)) {
      const value = Object.hasOwn(json, key) ? json[key] : undefined
      if (problemWith(value, param) !== undefined)
        throw new MessageError(paramFault(key, param, value).message)
    }
    return { ...json } as RunParams<P>
  },
})
