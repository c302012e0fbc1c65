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
  /** Estimated time of a run with WebAssembly on one CPU thread: `npm run bench:workflows`. */
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
  basic('digits-train', 120),
  basic('digits-sample', 20),
  basic('schedules-compared', 1),
  basic('interpolation', 4),
  basic('inpainting', 3),
  basic('sdedit', 2),
  basic('flow-matching', 40),
  basic('mnist-sample', 25),
  basic('own-images', 600, 'images', 'gpu'),
  intermediate('prediction-types', 15),
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
  intermediate('attention', 40),
  intermediate('build-a-unet', 45),
  intermediate('mask-training', 50),
  intermediate('visual-anagrams', 2),
  intermediate('hybrid-images', 6),
  intermediate('dit-digits', 400, 'gpu'),
  intermediate('resnet-vs-transformer', 160),
  intermediate('cross-attention', 55),
  intermediate('emoji-by-name', 450, 'gpu'),
  intermediate('words-masked', 130),
  intermediate('mnist-train', 2700, 'gpu'),
  advanced('density-over-time', 5),
  advanced('reverse-kl', 5),
  advanced('dps', 15),
  advanced('restart', 30),
  advanced('likelihood', 20),
  advanced('learned-variance', 25),
  advanced('optimal-transport-couplings', 25),
  advanced('reflow', 10),
  advanced('progressive-distillation', 15),
  advanced('consistency-training', 40),
  advanced('consistency-distillation', 20),
  advanced('shortcut', 20),
  advanced('mean-flow', 30),
  advanced('drifting', 45),
  advanced('few-step-methods', 40),
  advanced('self-conditioning', 30),
  advanced('ablations', 50),
  advanced('attention-maps', 50),
  advanced('latent-mnist', 360, 'gpu'),
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
