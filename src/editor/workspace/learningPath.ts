// The ready workflows as a learning path: their order, level, time and requirements. The gallery
// and the README follow this table.

export const levels = ['basic', 'intermediate', 'advanced'] as const
export type Level = (typeof levels)[number]

/** What a workflow needs, or should have. `images`: the user's own images. `gpu`: recommended. */
export type Need = 'images' | 'gpu'

export interface PathEntry {
  /** Name of the file without its extension. */
  id: string
  level: Level
  /** Estimated time of a run with WebAssembly on one CPU thread. */
  seconds: number
  needs: readonly Need[]
}

const entry =
  (level: Level) =>
  (id: string, seconds: number, ...needs: Need[]): PathEntry => ({
    id,
    level,
    seconds,
    needs,
  })
const [basic, intermediate, advanced] = levels.map(entry)

/** All ready workflows, from the first to the last. */
export const learningPath: readonly PathEntry[] = [
  basic('points', 25),
  basic('forward-process', 2),
  basic('marginal', 10),
  basic('posterior', 1),
  basic('score-field', 40),
  basic('ddpm-ddim', 1),
  basic('digits-train', 300),
  basic('digits-sample', 20),
  basic('schedules-compared', 1),
  basic('interpolation', 4),
  basic('inpainting', 3),
  basic('sdedit', 2),
  basic('flow-matching', 40),
  basic('mnist-sample', 25),
  basic('own-images', 600, 'images', 'gpu'),
  intermediate('prediction-types', 60),
  intermediate('own-sampler', 1),
  intermediate('samplers-compared', 1),
  intermediate('nfe-curves', 20),
  intermediate('guidance-by-hand', 40),
  intermediate('subgraph', 15),
  intermediate('ema', 30),
  intermediate('edm', 40),
  intermediate('evaluate-points', 40),
  intermediate('no-time-embedding', 40),
  intermediate('importance-sampling', 15),
  intermediate('loss-formula', 30),
  intermediate('early-stopping', 20),
  intermediate('gan', 20),
  intermediate('classifier', 10),
  intermediate('classifier-guidance', 15),
  intermediate('autoguidance', 25),
  intermediate('inversion', 3),
  intermediate('repaint', 6),
  intermediate('spectrum', 30),
  intermediate('attention', 240),
  intermediate('build-a-unet', 150),
  intermediate('mask-training', 150),
  intermediate('visual-anagrams', 60),
  intermediate('hybrid-images', 60),
  intermediate('dit-digits', 540, 'gpu'),
  intermediate('resnet-vs-transformer', 420, 'gpu'),
  intermediate('cross-attention', 480, 'gpu'),
  intermediate('emoji-by-name', 1200, 'gpu'),
  intermediate('words-masked', 240),
  intermediate('mnist-train', 3600, 'gpu'),
  advanced('density-over-time', 5),
  advanced('reverse-kl', 5),
  advanced('dps', 15),
  advanced('restart', 30),
  advanced('likelihood', 90),
  advanced('learned-variance', 150),
  advanced('optimal-transport-couplings', 60),
  advanced('reflow', 60),
  advanced('progressive-distillation', 60),
  advanced('consistency-training', 40),
  advanced('consistency-distillation', 90),
  advanced('shortcut', 90),
  advanced('mean-flow', 90),
  advanced('drifting', 45),
  advanced('few-step-methods', 240),
  advanced('self-conditioning', 300, 'gpu'),
  advanced('ablations', 420, 'gpu'),
  advanced('attention-maps', 480, 'gpu'),
  advanced('latent-mnist', 900, 'gpu'),
]

/** Groups workflows by level; those without one come last. Leaves out empty levels. */
export function groupByLevel<R extends { path?: Pick<PathEntry, 'level'> }>(
  ready: readonly R[],
): [level: Level | '', ready: R[]][] {
  return [...levels, '' as const]
    .map((level): [Level | '', R[]] => [
      level,
      ready.filter(({ path }) => (path?.level ?? '') === level),
    ])
    .filter(([, some]) => some.length > 0)
}
