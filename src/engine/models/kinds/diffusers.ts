// Facts that files of all kinds of diffusers' models share.

/** Version of diffusers whose format is written. */
export const DIFFUSERS_VERSION = '0.40.0.dev0'

/**
 * Attention weights had other names before diffusers 0.15, which many published models still use.
 */
const newNames = { query: 'to_q', key: 'to_k', value: 'to_v', proj_attn: 'to_out.0' }
type OldName = keyof typeof newNames

/** Maps an old name of a weight to the current one. */
export function currentAttentionName(name: string): string {
  return name.replace(
    /(\.attentions\.\d+\.)(query|key|value|proj_attn)\./,
    (_, at, old) => `${at}${newNames[old as OldName]}.`,
  )
}
