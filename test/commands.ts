// The npm scripts of package.json, and the check that runs each of them: CI, the quick suite, or
// the full suite with options for a short run.

/** Run by .ci/run, or covered by a test. */
export const elsewhere: { readonly [script: string]: string } = {
  start: 'test/servers.ts serves the sources as `vite` does; first-run starts it',
  test: '.ci/run',
  'test:setup': '.ci/run',
  'test:full': 'runs the full suite itself',
  'test:loaded': 'runs `npm test` beside busy loops',
  lint: '.ci/run',
  typecheck: '.ci/run',
  golden: '.ci/run',
  build: 'test/package.browser.test.ts builds all parts',
  prepack: 'runs build',
  'check:package': '.ci/run',
  format: 'lint checks the format',
  thumbnails: 'test/pictures.test.ts paints the same views',
  layout: 'test/workflow/compose/layout.test.ts prints the same table',
  'bench:counts': 'test/counts.full.test.ts',
  convergence: 'test/engine/convergence.test.ts computes the same page',
}

/** Run by test/commands.test.ts: each takes seconds. */
export const quick: { readonly [script: string]: readonly string[] } = {
  docs: ['--check'],
  'test:changed': ['--list', 'src/engine/process/schedule.ts'],
}

const bench = '--backend wasm --peers ours --rounds 1 --seconds 0.1 --json'.split(' ')

/** Run by test/commands.full.test.ts, with a part of the expected output. */
export const long: {
  readonly [script: string]: {
    options: readonly string[]
    prints: RegExp
    /** Expected exit code; 0 by default. */
    code?: number
  }
} = {
  'test:inverted': {
    options: ['test/engine/backends/arithmetic.test.ts'],
    prints: /passed, 0 failed/,
  },
  bench: {
    options: '--peers ours,portable --rounds 1 --seconds 0.1 --json'.split(' '),
    prints: /"task":"sample".*"product":/,
  },
  'bench:train': { options: bench, prints: /"ours"/ },
  'bench:sample': { options: bench, prints: /"ours"/ },
  'bench:profile': { options: ['--steps=2'], prints: /own conv/ },
  'bench:threads': {
    options: ['--rounds=1', '--steps=2', '--browser', '--json'],
    prints: /"speedup":/,
  },
  'bench:kernels': {
    options: ['--backend', 'wasm', '--rounds', '1', '--only', 'norm', '--json'],
    prints: /"name":"group norm/,
  },
  'bench:editor': { options: ['--nodes', '20', '--frames', '20', '--json'], prints: /"p95":/ },
  'bench:saving': {
    options: ['--workflows', 'points', '--turns', '1', '--json'],
    prints: /"workflow":"points"/,
  },
  'bench:workflows': {
    options: ['posterior', 'digits-train', '--limit', '2', '--json'],
    prints: /"id":"posterior",.*"estimated":false}\n.*"id":"digits-train",.*"estimated":true/,
  },
  // In a short run, the chart's points of single steps are a greater share.
  'bench:soak': {
    options: '--steps 1100 --runs 2 --tabs 2 --minutes 1 --limit 1.02 --json'.split(' '),
    prints: /"growth":.*"drops":\{"first":/,
  },
  lessons: {
    options: ['--only', 'diffusion/11-patches', '--json'],
    prints: /"failed":0/,
  },
  fuzz: {
    options: ['--mutants', '200', '--seed', '1', '--json'],
    prints: /"workflow":200,"exports":50,"link":25,.*"failures":0/,
  },
  'fuzz:guards': { options: ['--only', 'CSV', '--json'], prints: /"missed":0/ },
  'eval:digits': { options: ['--steps', '5', '--json'], prints: /"frechet":/ },
  // A classifier of so few steps misses the required accuracy.
  'eval:mnist': {
    options: ['--classifier-steps', '60', '--json'],
    prints: /"recognised":\d+[^]*Expected a classifier accuracy of at least 0\.97, got 0\.\d+/,
    code: 1,
  },
  'eval:samplers': { options: ['--only', 'dpmpp2m_10_cfg1', '--json'], prints: /"frechet":/ },
  'eval:points': {
    options: ['--set', 'Training Start.steps=20', '--json'],
    prints: /"distance":[\d.]+/,
  },
  'eval:likelihood': {
    options: ['--steps', '2', '--items', '2', '--json'],
    prints: /"bits":\{"/,
  },
  experiments: {
    options: ['--only', 'one-step-denoising-250,one-step-denoising-500', '--json'],
    prints: /^\{"total":2,"passed":2,"results":\[\{"id":"one-step-denoising-250",/m,
  },
  digests: {
    options: ['--backend', 'cpu', '--only', 'points'],
    prints: /points cpu weights +\w{64}/,
  },
  sentences: { options: ['--count', '5'], prints: /:\d+\n {2}\S/ },
  'first-run': { options: [], prints: /no errors in the console/ },
  screens: {
    options: ['trained', '--form', 'dark', '--to', 'test-results/screens'],
    prints: /trained-dark\.jpg/,
  },
}
