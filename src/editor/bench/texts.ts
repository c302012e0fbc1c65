// The texts of the page in the current language.
import type { BenchTexts } from '../texts/en/bench.ts'
import { language, type Language } from '../texts/texts.ts'

const sources: Record<Language, () => Promise<{ bench: BenchTexts }>> = {
  en: () => import('../texts/en/bench.ts'),
  ko: () => import('../texts/ko/bench.ts'),
}

export const loadBenchTexts = async (): Promise<BenchTexts> => (await sources[language()]()).bench
