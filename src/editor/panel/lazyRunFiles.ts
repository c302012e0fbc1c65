// Files of a run, loaded on first use.
import { lazySection } from './lazySection.ts'

export const RunFiles = lazySection(async () => (await import('./runFiles.tsx')).RunFiles)
