// 조사: 앞말의 받침에 따라 달라지는 말.

/** 받침: 한글은 끝소리, 숫자는 읽는 소리, 로마자는 흔한 경우를 따른다. 괄호에 든 것과 따옴표는 건너뛴다. */
function ending(word: string): 'none' | 'ㄹ' | 'other' {
  const bare = String(word)
    .replace(/(?<=\S)\s*\([^()]*\)$/, '')
    .replace(/[^\p{L}\p{N}]+$/u, '')
  const last = bare.at(-1) ?? ''
  const code = last.charCodeAt(0) - 0xac00
  if (code >= 0 && code < 11172) return code % 28 === 0 ? 'none' : code % 28 === 8 ? 'ㄹ' : 'other'
  // 낱말 끝의 r은 소리가 나지 않는다: Sampler. 글자 하나면 ‘알’이다.
  if (/[178l]$|le$|(^|[^a-z])r$/i.test(bare)) return 'ㄹ'
  return /[036mn]$/i.test(bare) || /ng$|[ei]p$|ype$|et$|[nm]e$/.test(bare) ? 'other' : 'none'
}

const createParticle = (closed: string, open: string) => (word: string) =>
  word + (ending(word) === 'none' ? open : closed)
export const object = createParticle('을', '를')
export const subject = createParticle('이', '가')
export const topic = createParticle('은', '는')
export const and = createParticle('과', '와')
export const towards = (word: string) => word + (ending(word) === 'other' ? '으로' : '로')

/** "{0}을(를)"에서 값이 온 뒤: 앞말에 맞는 쪽만 남긴다. */
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
