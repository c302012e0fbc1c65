// The texts of the page in the current language.
import type { BenchTexts } from '../texts/en/bench.ts'
import { partTexts } from '../texts/texts.ts'

export const loadBenchTexts = async (): Promise<BenchTexts> =>
  partTexts('bench', (await import('../texts/en/bench.ts')).bench)()
