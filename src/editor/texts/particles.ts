// Korean particles (조사), whose form depends on the sound at the end of the word before. Texts contain
// both forms, "{name}을(를)". Values are only known when a text is formatted.

/**
 * The final consonant (받침) of a word: that of Hangul, of digits as they are read, and of Latin
 * letters in common cases. Quotes, and what is in brackets, do not count.
 */
function ending(word: string): 'none' | 'ㄹ' | 'other' {
  const bare = word
    .replace(/[”’"']+$/, '')
    .replace(/(?<=\S)\s*\([^()]*\)$/, '')
    .replace(/[^\p{L}\p{N}]+$/u, '')
  const last = bare.at(-1) ?? ''
  const code = last.charCodeAt(0) - 0xac00
  if (code >= 0 && code < 11172) return code % 28 === 0 ? 'none' : code % 28 === 8 ? 'ㄹ' : 'other'
  // The r at the end of a word is silent (Sampler), but not that of a single letter.
  if (/[178l]$|le$|(^|[^a-z])r$/i.test(bare)) return 'ㄹ'
  return /[036mn]$/i.test(bare) || /ng$|[ei]p$|ype$|et$|[nm]e$/.test(bare) ? 'other' : 'none'
}

/** Keeps the form of each particle that fits the word before it. */
export const resolveParticles = (text: string): string =>
  text
    .replaceAll('(으)로', '으로(로)')
    .replaceAll(
      /(으로|이어야|이라|을|이|은|과)\((로|여야|를|가|는|와|라)\)/g,
      (_, closed: string, open: string, at: number, all: string) => {
        const end = ending(all.slice(0, at))
        return end === 'none' || (end === 'ㄹ' && closed === '으로') ? open : closed
      },
    )
