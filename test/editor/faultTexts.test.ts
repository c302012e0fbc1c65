// What the engine and the nodes say is wrong, in Korean: all of it, what they say now, and nothing else.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { applyLanguage, inWords, said } from '../../src/editor/texts.ts'
import { parts, sayKorean } from '../../src/editor/texts/ko-faults/index.ts'
import { words } from '../../src/editor/texts/ko-faults/words.ts'
import { sayer } from '../../src/editor/texts/sayer.ts'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import type { Fault } from '../../src/engine/plan/fault.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { nodes as table } from '../../src/nodes/table.ts'
import { node } from '../nodes/evaluate.ts'
import { readSource } from '../said/source.ts'
import { HOLE, saidTexts } from '../said/texts.ts'
import { trainingGraph } from '../trainingGraph.ts'

/** What is dropped is read by the editor itself, and refused as a node would. */
const FOLDERS = ['src/engine', 'src/nodes', 'src/editor/drops']
/** What is typed as it is. */
const COMMAND = 'npm install'
const sentences = Object.assign({}, ...Object.values(parts)) as Record<string, string>

/** A text with something in the place of each value; values that are further sentences are left out. */
const withValues = (text: string) => {
  let count = 0
  const alone = text
    .replace(new RegExp(`(?<=[.!?])${HOLE}$`, 'u'), '')
    .replace(new RegExp(`(?<=[.!?]) ${HOLE}(?= [A-Z])`, 'u'), '')
  return alone.replaceAll(HOLE, () => `⟦${count++}⟧`)
}
const holesOf = (text: string) => [...text.matchAll(/⟦\d⟧|\{\d(?=~?\})/g)].map(([hole]) => hole).sort()
/** Words of English in a row, apart from names and values. */
const english = (text: string) =>
  text.replaceAll(/`[^`]*`|“[^”]*”|\([^)]*\)|⟦\d⟧/g, ' ').match(/[a-z]{2,} [a-z]{2,} [a-z]{2,}/)?.[0]

describe('what is said of mistakes, in Korean', () => {
  const all = saidTexts(readSource(FOLDERS))
  const prose = all
    .map(({ text, where }) => ({ text: withValues(text), where }))
    .filter(({ text }) => /[a-z]{2} [a-z]/i.test(text))

  test('nothing is left in English', () => {
    expect(prose.length).toBeGreaterThan(600)
    const left = prose.filter(({ text }) => sayKorean(text) === text || (english(sayKorean(text)) && !text.includes(COMMAND)))
    expect(left).toEqual([])
  })

  test('no value is lost', () => {
    expect(prose.filter(({ text }) => holesOf(text).join() !== holesOf(sayKorean(text)).join())).toEqual([])
    const uneven = Object.entries({ ...sentences, ...words }).filter(
      ([from, to]) =>
        holesOf(from).join() !== [...new Set(holesOf(to))].join() || holesOf(from).some((hole, i) => hole !== `{${i}`),
    )
    expect(uneven).toEqual([])
  })

  test('every sentence is one that is said, each once', () => {
    const texts = all.map(({ text }) => text)
    const dead = Object.keys(sentences).filter((sentence) => !texts.some((text) => holds(text, sentence.split(/\{\d\}/))))
    expect(dead).toEqual([])
    expect(Object.values(parts).flatMap(Object.keys)).toHaveLength(Object.keys(sentences).length)
  })

  test('every word is in the source', () => {
    const source = [...FOLDERS.flatMap((folder) => sourcesIn(folder)), ...all.map(({ text }) => text)].join('\n')
    const dead = Object.keys(words).filter((word) => !word.split(/\{\d\}/).every((part) => source.includes(part)))
    expect(dead).toEqual([])
  })

  test('names stay, and the rest is Korean', () => {
    const named = (text: string) => [...text.matchAll(/`[^`]+`|\b[a-z]+_[a-z_\d]+\b/gi)].map(([name]) => name)
    const wrong = Object.entries({ ...sentences, ...words }).filter(
      ([from, to]) => named(from).some((name) => !to.includes(name)) || (/[a-z]{3}/i.test(from) && !/[가-힣]/.test(to)),
    )
    // Made of names and values alone.
    const bare = ['an EMA', 'a UUID', 'MNIST ({0})', '{0} and {1}', '{0} ({1}), because {2} {3}']
    expect(wrong.map(([from]) => from).filter((from) => !bare.includes(from))).toEqual([])
  })
})

/** Whether a text has all parts, one after the other. */
function holds(text: string, parts: readonly string[]): boolean {
  let from = 0
  return parts.every((part) => {
    const at = text.indexOf(part, from)
    from = at + part.length
    return at >= 0
  })
}

const sourcesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))

describe('a sayer', () => {
  const say = sayer(
    {
      'Nothing is wired to {0}.': '{0}에 연결된 것이 없습니다.',
      'Wire {0} into it.': '{0~}을(를) 연결하세요.',
      '{0} is no number.': '{0}은(는) 수가 아닙니다.',
      'The file {0} cannot be read. {1}': '파일 {0}을(를) 읽을 수 없습니다. {1~}',
      'Take {0}.': '{0}으로(로) 하세요.',
    },
    { noise: '노이즈', 'a model': '모델', '{0} or {1}': '{0~} 또는 {1~}', 'it is broken': '손상되었습니다' },
  )

  test.each([
    ['Nothing is wired to x_t.', 'x_t에 연결된 것이 없습니다.'],
    ['Wire noise or a model into it.', '노이즈 또는 모델을 연결하세요.'],
    ['Wire something else into it.', 'something else를 연결하세요.'],
    ['7 is no number.', '7은 수가 아닙니다.'],
    [
      'The file x.json cannot be read. Wire noise into it. Nobody knows.',
      '파일 x.json을 읽을 수 없습니다. 노이즈를 연결하세요. Nobody knows.',
    ],
    ['nodes[3].pos: 2 is no number.', 'nodes[3].pos: 2는 수가 아닙니다.'],
    ['Nothing fits. a.png: it is broken. Take 4.', 'Nothing fits. a.png: 손상되었습니다. 4로 하세요.'],
    ['noise', 'noise'],
    ['Take the shape of it.', 'Take the shape of it.'],
    ['This OR that. Nothing is known of it.', 'This OR that. Nothing is known of it.'],
  ])('%s', (from, to) => expect(say(from)).toBe(to))
})

// ---- real ones

const ops = opTable(table)

/** The small training and sampling of points with other inputs and params, and some nodes more. */
function changed(
  changes: Record<string, { inputs?: Record<string, string>; params?: Record<string, unknown> }>,
  ...added: GraphNode[]
) {
  const { nodes } = trainingGraph(2)
  return [
    ...nodes.map((each) => ({
      ...each,
      inputs: { ...each.inputs, ...node('', '', changes[each.id]?.inputs ?? {}).inputs },
      params: { ...each.params, ...changes[each.id]?.params },
    })),
    ...added,
  ]
}

function faultsOf(nodes: GraphNode[], targets?: string[]): Fault[] {
  const { plan, faults } = tryCompile({ nodes }, targets, ops)
  return [...faults, ...(plan?.notices ?? [])]
}

const look = (value: string) => node('Look', 'Inspect', { value })

const broken: Record<string, GraphNode[]> = {
  'a cycle': changed({ Noise: { inputs: { like: 'Forward.x_t' } } }),
  'a value out of its loop': changed({ Keep: { inputs: { model: 'Start.model' } } }),
  'a second End': changed({}, node('End 2', 'TrainingEnd', { loop: 'Start.loop', loss: 'Error.loss' }), look('End 2.model')),
  'no Start': changed({}, node('End 2', 'SamplingEnd', { x_prev: 'x_T.noise' }), look('End 2.x_0')),
  'no End': [node('x_T', 'GaussianNoise'), node('Begin', 'SamplingStart', { x_T: 'x_T.noise' }), look('Begin.x_t')],
  'nothing wired': [node('Guess', 'Predict'), look('Guess.prediction')],
  'another type': changed({ Guess: { inputs: { t: 'Noise.noise' } } }),
  'no such output': changed({ Guess: { inputs: { t: 'Time.time' } } }),
  'no such input': changed({ Guess: { inputs: { colour: 'Time.t' } } }),
  'a node that is gone': changed({ Guess: { inputs: { t: 'Gone.t' } } }),
  'an unknown node': changed({ Picture: { inputs: { samples_1: 'Strange.image' } } }, node('Strange', 'HyperDiffuser')),
  'a param out of range': changed({ Net: { params: { hidden: 0 } }, Adam: { params: { lr: 'fast' } } }),
  'a choice that is none': changed({ Net: { params: { predicts: 'everything' } } }),
  'a switch that is none': changed({ Start: { params: { shuffle: 1 } } }),
  'another kind of prediction': changed(
    { Truth: { inputs: { model: 'Other.model' } } },
    node('Other', 'MLP', {}, { predicts: 'v_prediction' }),
  ),
  'betas of continuous time': changed(
    { Guess: { inputs: { t: 'Imp.t' } } },
    node('EDM', 'SigmaSchedule'),
    node('Imp', 'ImportanceTimesteps', { like: 'Start.x_0', schedule: 'EDM.schedule', record: 'Start.record' }),
  ),
  'nothing to run': [node('Data', 'Points')],
  'noise drawn once': changed(
    { Forward: { inputs: { noise: 'Once.noise' } } },
    node('Once', 'GaussianNoise', {}, { batch_size: 32 }),
  ),
  'steps without a list': changed({ Samples: { params: { num_inference_steps: 90 } } }),
  'losses that nobody records': changed(
    { Guess: { inputs: { t: 'Imp.t' } } },
    node('Imp', 'ImportanceTimesteps', { like: 'Start.x_0', schedule: 'Schedule.schedule', record: 'Start.record' }),
  ),
  'steps that change nothing': changed({ Start: { params: { steps: 5, gradient_accumulation_steps: 2 } } }),
}

describe('real mistakes', () => {
  vi.stubGlobal('document', { documentElement: {} })
  afterEach(() => applyLanguage('en'))

  test.each(Object.entries(broken))('%s', async (_, nodes) => {
    const faults = faultsOf(nodes)
    expect(faults.length).toBeGreaterThan(0)
    const before = faults.map(inWords)
    expect(before.join()).not.toMatch(/[가-힣]/)
    await applyLanguage('ko')
    for (const fault of faults) {
      for (const text of [fault.message, fault.cure].filter(Boolean)) {
        expect(said(text)).toMatch(/[가-힣].*[.]$/)
        expect(english(said(text))).toBeUndefined()
      }
    }
    await applyLanguage('en')
    expect(faults.map(inWords)).toEqual(before)
  })

  test('are whole sentences, with the values in their places', async () => {
    await applyLanguage('ko')
    const all = Object.values(broken).flatMap((nodes) => faultsOf(nodes).map(inWords))
    expect([...new Set(all)]).toMatchInlineSnapshot(`
      [
        "노드들이 서로를 기다립니다: Gaussian Noise -> Forward Noise -> Gaussian Noise. 연결선 하나를 끊으세요. 되돌려 보낼 값은 루프의 End를 거치게 하세요.",
        "Save Checkpoint가 Training Start의 루프 안에 있는 값을 씁니다. 마지막 회가 끝난 뒤 Training End의 출력에서 받으세요.",
        "Training Start에 End가 또 있습니다. 둘 가운데 하나를 삭제하세요. 루프에는 Start와 End가 하나씩입니다.",
        "Sampling End에 짝이 되는 Start가 없습니다. Sampling Start의 출력 loop를 연결하세요.",
        "timesteps에 연결된 것이 없습니다. 타임스텝 목록을 연결하세요.",
        "Sampling Start에 짝이 되는 End가 없습니다. Sampling End를 추가하고 loop를 연결하세요.",
        "model에 연결된 것이 없습니다. 모델을 연결하세요.",
        "x_t에 연결된 것이 없습니다. 샘플 또는 노이즈를 연결하세요.",
        "t에 연결된 것이 없습니다. 타임스텝을 연결하세요.",
        "t는 타임스텝을 받는데, Gaussian Noise의 noise는 노이즈입니다. 타임스텝을 연결하세요.",
        "Random Timesteps에는 출력 time이 없습니다. 출력은 t입니다.",
        "Predict에는 입력 colour가 없습니다. 입력은 model, x_t, t, condition입니다.",
        "t가 그래프에 없는 Gone에 연결되어 있습니다. 다시 연결하세요.",
        "알 수 없는 노드 종류입니다: diffusion/HyperDiffuser. 이 노드가 든 팩을 불러오거나, 노드를 삭제하세요.",
        "hidden: 1부터 4096까지의 정수여야 하는데 0입니다. 1부터 4096까지의 정수로 정하세요. 기본값은 128입니다.",
        "lr: 0부터 10까지의 수여야 하는데 "fast"입니다. 0부터 10까지의 수로 정하세요. 기본값은 0.001입니다.",
        "predicts: epsilon, v_prediction, sample, flow_prediction 가운데 하나여야 하는데 "everything"입니다. epsilon, v_prediction, sample, flow_prediction 가운데 하나로 정하세요. 기본값은 epsilon입니다.",
        "shuffle: true나 false여야 하는데 1입니다. true나 false로 정하세요. 기본값은 true입니다.",
        "prediction은 “epsilon”, target은 “v_prediction”이라 서로 뺄 수 없습니다. Target이나 ConvertPrediction으로 둘을 한 종류로 만드세요.",
        "타임스텝별 손실 기록에는 beta 스케줄이 필요한데, “sigma”에는 beta가 없습니다. 시간이 연속입니다. squaredcos_cap_v2 같은 beta의 NoiseSchedule을 연결하세요.",
        "Importance Timesteps는 앞 단계의 손실을 필요로 하는데, 기록된 것이 없습니다. Loss의 losses를 Training End에 연결하세요.",
        "실행할 것이 없습니다. 결과를 보여 주거나 저장하는 노드가 없습니다. Scatter, Chart, Inspect 가운데 하나를 추가해 값을 연결하거나, 노드에서 “여기까지 실행”을 고르세요.",
        "Gaussian Noise는 한 번만 뽑습니다. Training Start가 도는 회마다 노이즈가 같습니다. 회마다 새로 뽑으려면 입력 like를 Training Start의 출력에 연결하세요.",
        "단계 수는 1부터 스케줄의 타임스텝 수 50까지의 정수여야 하는데 90입니다. num_inference_steps를 50 이하로 낮추세요.",
        "5단계 가운데 마지막 1단계는 가중치를 바꾸지 않습니다. 가중치는 2단계마다 움직입니다. steps를 2의 배수로 정하세요.",
      ]
    `)
  })
})
