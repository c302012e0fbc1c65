// Answers of questions, as salted hashes. A hash hides an answer from a reader of the file, not from
// a program that tries answers: see docs/lessons.md.
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { rememberLast } from './recent.ts'

/** Rule by which the answers to a question are compared. */
export type AnswerRule =
  /** Accepts numbers within `within` of the answer, and none beyond twice that. */
  | { kind: 'number'; within: number; hashes: readonly Hash[] }
  /** The position of the right choice, from 1. */
  | { kind: 'choice'; hashes: readonly Hash[] }
  /** One of several texts, without regard to case, spaces and punctuation. */
  | { kind: 'text'; hashes: readonly Hash[] }

export interface Hash {
  salt: string
  hash: string
}

/** Rounds of the derivation: some 20 ms for a try here, and for each try of a guessing program. */
const ROUNDS = 4000
const HASH_BYTES = 16

/** Whether an answer, as the student wrote it, is right. */
export function isRight(rule: AnswerRule, answer: string): boolean {
  const candidates = normaliseAnswer(rule, answer)
  return candidates.some((text) =>
    rule.hashes.some(({ salt, hash }) => derive(rule.kind, text, salt) === hash),
  )
}

/** Hashes the right answer of a question. `salt` is random, 8 bytes in hex. */
export function hashAnswer(
  rule: { kind: 'number'; within: number } | { kind: 'choice' | 'text' },
  answer: string,
  salt: string,
): Hash | undefined {
  const text =
    rule.kind === 'number'
      ? gridPoint(parseAnswer(answer), rule.within)
      : normaliseAnswer(rule, answer)[0]
  return text === undefined ? undefined : { salt, hash: derive(rule.kind, text, salt) }
}

const derive = (kind: string, text: string, salt: string): string =>
  deriveOnce(`${salt} ${kind}\n${text}`)

/** Students of a class give equal answers. The key is the salt, a space, and what is hashed. */
const deriveOnce = rememberLast(1000, (key) => {
  const space = key.indexOf(' ')
  const [salt, text] = [key.slice(0, space), key.slice(space + 1)]
  return bytesToHex(
    pbkdf2(sha256, utf8ToBytes(text), hexToBytes(salt), { c: ROUNDS, dkLen: HASH_BYTES }),
  )
})

/** The texts that are hashed for an answer; none if it has no possible form. */
function normaliseAnswer(
  rule: { kind: 'number'; within: number } | { kind: 'choice' | 'text' },
  answer: string,
): string[] {
  switch (rule.kind) {
    case 'number': {
      // The nearest point of a grid, and its neighbours: a tolerance that hashes allow.
      const value = parseAnswer(answer)
      return [0, -1, 1].flatMap((by) => gridPoint(value, rule.within, by) ?? [])
    }
    case 'choice':
      return /^\d{1,2}$/.test(answer.trim()) ? [String(Number(answer))] : []
    case 'text': {
      const text = normaliseText(answer)
      return text ? [text] : []
    }
    default:
      return rule satisfies never
  }
}

/** Letters and digits only, in small letters. */
const normaliseText = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '')
    .slice(0, 200)

function gridPoint(value: number | undefined, within: number, by = 0): string | undefined {
  if (value === undefined) return undefined
  const point = Math.round(value / within) + by
  return Number.isSafeInteger(point) ? String(point) : undefined
}

/** Reads 0.5, 0,5, 1/2, 50 %, 1e-3 and numbers with the minus sign of Unicode. */
export function parseAnswer(text: string): number | undefined {
  const plain = text.trim().replaceAll('\u2212', '-').replaceAll(/\s/g, '')
  const [, numerator, denominator, percent] =
    /^([+-]?[\d.,]+(?:e[+-]?\d+)?)(?:\/([\d.,]+))?(%)?$/i.exec(plain) ?? []
  if (numerator === undefined) return undefined
  const value = parseDecimal(numerator) / (denominator ? parseDecimal(denominator) : 1)
  return Number.isFinite(value) ? value / (percent ? 100 : 1) : undefined
}

/** A comma is a decimal point, unless there is a point or another comma as well. */
const parseDecimal = (text: string): number =>
  Number(/^[^,.]*,[^,.]*$/.test(text) ? text.replace(',', '.') : text.replaceAll(',', ''))
