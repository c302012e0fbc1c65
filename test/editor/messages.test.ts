// Messages of the engine and the nodes: each has an id and is used. Their Korean texts.
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { locale } from '../../src/editor/texts/locales/ko/index.ts'
import { messageTranslator } from '../../src/editor/texts/locale.ts'
import { applyLanguage, formatFault, translateMessage } from '../../src/editor/texts/texts.ts'
import { englishText, getText, type Message } from '../../src/engine/base/catalogue.ts'
import type { Fault } from '../../src/engine/messages/fault.ts'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { modelCures, processCures, trainingCures } from '../../src/messages/cures.ts'
import { layerCures } from '../../src/messages/layerCures.ts'
import { nodes as table } from '../../src/nodes/table.ts'
import { node } from '../nodes/evaluate.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { holesIn, templates } from './catalogues.ts'

/** All messages with their Korean texts. */
const all = templates.map(({ id, text }) => {
  const [area, key] = id.split('.')
  return { id, area, english: text, translation: locale.messages?.[area][key] ?? '' }
})
/** Messages that are parts of others. */
const isPart = (area: string) => /Words$|^slots$/.test(area)

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name}`)

/** Finds sequences of English words, without names and values. */
const english = (text: string) =>
  text.replaceAll(/`[^`]*`|“[^”]*”|\([^)]*\)/g, ' ').match(/[a-z]{2,} [a-z]{2,} [a-z]{2,}/)?.[0]

describe('the message tables', () => {
  test('have one text per id', () => {
    const ids = all.map(({ id }) => id)
    expect(ids.length).toBeGreaterThan(1500)
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
  })

  test('have equal Korean texts for equal English texts', () => {
    const byEnglish = new Map<string, string>()
    const different = all.filter(({ area, english, translation }) => {
      if (isPart(area)) return false
      const known = byEnglish.get(english)
      byEnglish.set(english, translation)
      return known !== undefined && known !== translation
    })
    expect(different).toEqual([])
  })

  test('are in Korean, except for names and values', () => {
    const named = (text: string) =>
      [...text.matchAll(/`[^`]+`|\b[a-z]+_[a-z_\d]+\b/gi)].map(([name]) => name)
    const bare = /^(an EMA|a UUID|MNIST \(\{file\}\))$/
    const wrong = all.filter(
      ({ english, translation }) =>
        named(english).some((name) => !translation.includes(name)) ||
        (/[a-z]{3}/i.test(english.replaceAll(/\{\w+\}/g, '')) &&
          !/[가-힣]/.test(translation) &&
          !bare.test(english)),
    )
    expect(wrong).toEqual([])
  })

  test('have no unused message', () => {
    const source = filesIn('src')
      .filter((file) => !file.includes('/messages/'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n')
    /** Messages that are looked up by computed keys. */
    const computed = /^(\w*Cures|slots|paramWords|planWords|processWords|selfTestWords)\./
    const unused = all.filter(({ id }) => {
      const [area, key] = id.split('.')
      return !computed.test(`${area}.`) && !new RegExp(`\\.${key}\\b`).test(source)
    })
    expect(unused).toEqual([])
  })

  test('have cures with the values of their messages', () => {
    const messages = new Map(all.map(({ id, english }) => [id, english]))
    const areas = {
      process: processCures,
      training: trainingCures,
      models: modelCures,
      layers: layerCures,
    }
    for (const [area, cures] of Object.entries(areas)) {
      for (const [key, cure] of Object.entries(cures)) {
        const known = [...holesIn(messages.get(`${area}.${key}`)!), 'argument']
        const unknown = holesIn(cure.text)
        expect(
          unknown.filter((hole) => !known.includes(hole)),
          key,
        ).toEqual([])
      }
    }
  })
})

test('faults and file errors use messages of the tables', () => {
  /** The editor's texts are functions. Messages of scripts and commands are in English only. */
  const elsewhere = /^src\/(editor|build|hosts\/(cli|node|script))\//
  const literal =
    /(?:\b(?:message|cure):|new (?:Checkpoint|Dataset|Import|Safetensors|Workflow)Error\((?:[^()]*,)?)\s*[`'"][^`'"]*\w \w/g
  const wrong = filesIn('src')
    .filter((file) => !elsewhere.test(file))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(literal)].map(([text]) => `${file}: ${text}`),
    )
  expect(wrong).toEqual([])
})

describe('a translator', () => {
  const texts = {
    nothing: '{slot}에 연결된 것이 없습니다.',
    file: '파일 {name}을(를) 읽을 수 없습니다. {problem}',
    broken: '손상되었습니다.',
    take: '{shape}(으)로 하세요.',
  }
  const translate = messageTranslator({ a: texts }, 'ko')
  const broken: Message = { id: 'a.broken', text: 'It is broken.' }
  const unreadable = (problem: string | Message): Message => ({
    id: 'a.file',
    text: `The file x.json cannot be read. ${englishText(problem)}`,
    values: { name: 'x.json', problem },
  })

  test.each<[Message, string]>([
    [broken, '손상되었습니다.'],
    [
      { id: 'a.nothing', text: 'Nothing is wired to x_t.', values: { slot: 'x_t' } },
      'x_t에 연결된 것이 없습니다.',
    ],
    [{ id: 'a.take', text: 'Take 4.', values: { shape: '4' } }, '4로 하세요.'],
    [unreadable(broken), '파일 x.json을 읽을 수 없습니다. 손상되었습니다.'],
    [unreadable('Nobody knows.'), '파일 x.json을 읽을 수 없습니다. Nobody knows.'],
    [
      unreadable({ id: 'other.text', text: 'Of another pack.' }),
      '파일 x.json을 읽을 수 없습니다. Of another pack.',
    ],
  ])('%j', (message, text) => expect(translate(message)).toBe(text))

  test('shows the text of messages that it does not know, or that are damaged', () => {
    const deep = (levels: number): Message => (levels ? unreadable(deep(levels - 1)) : broken)
    const wrong: unknown[] = [
      { id: 'a.gone' },
      { id: 'constructor' },
      { id: 'a.file' },
      { id: 'a.file', values: { name: 'x' } },
      { id: 'a.file', values: { name: 3, problem: '' } },
      { id: 'a.nothing', values: 'slot' },
      { id: 'a.nothing', values: { slot: { id: 'a.gone' } } },
      { id: 'a.nothing', values: { slot: 'x'.repeat(100_000) } },
      { id: ['a.broken'] },
    ]
    for (const each of wrong) {
      const message = { ...(each as Message), text: 'English.' }
      expect(translate(message)).toBe('English.')
    }
    expect(translate(deep(3)).match(/파일/g)).toHaveLength(3)
    expect(translate(deep(100)).match(/파일/g)).toHaveLength(13)
  })

  test('ignores the message of a field with another text', () => {
    const run = { fault: 'Out of memory.', messages: { fault: broken } }
    expect(getText(run, 'fault')).toBe('Out of memory.')
    expect(getText({ ...run, fault: 'It is broken.' }, 'fault')).toBe(broken)
    expect(getText({ fault: 'Old.' }, 'fault')).toBe('Old.')
    expect(getText({ fault: 'x', messages: 'y' as never }, 'fault')).toBe('x')
  })
})

// ---- faults of real graphs

const ops = opTable(table)

/** Returns the small training graph with changed inputs and params, and additional nodes. */
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
  'a second End': changed(
    {},
    node('End 2', 'TrainingEnd', { loop: 'Start.loop', loss: 'Error.loss' }),
    look('End 2.model'),
  ),
  'no Start': changed({}, node('End 2', 'SamplingEnd', { x_prev: 'x_T.noise' }), look('End 2.x_0')),
  'no End': [
    node('x_T', 'GaussianNoise'),
    node('Begin', 'SamplingStart', { x_T: 'x_T.noise' }),
    look('Begin.x_t'),
  ],
  'nothing wired': [node('Guess', 'Predict'), look('Guess.prediction')],
  'another type': changed({ Guess: { inputs: { t: 'Noise.noise' } } }),
  'no such output': changed({ Guess: { inputs: { t: 'Time.time' } } }),
  'no such input': changed({ Guess: { inputs: { colour: 'Time.t' } } }),
  'a node that is gone': changed({ Guess: { inputs: { t: 'Gone.t' } } }),
  'an unknown node': changed(
    { Picture: { inputs: { samples_1: 'Strange.image' } } },
    node('Strange', 'HyperDiffuser'),
  ),
  'a param out of range': changed({
    Net: { params: { hidden: 0 } },
    Adam: { params: { lr: 'fast' } },
  }),
  'a choice that is none': changed({ Net: { params: { predicts: 'everything' } } }),
  'a switch that is none': changed({ Start: { params: { shuffle: 1 } } }),
  'another kind of prediction': changed(
    { Truth: { inputs: { model: 'Other.model' } } },
    node('Other', 'MLP', {}, { predicts: 'v_prediction' }),
  ),
  'betas of continuous time': changed(
    { Guess: { inputs: { t: 'Imp.t' } } },
    node('EDM', 'SigmaSchedule'),
    node('Imp', 'ImportanceTimesteps', {
      like: 'Start.x_0',
      schedule: 'EDM.schedule',
      record: 'Start.record',
    }),
  ),
  'nothing to run': [node('Data', 'Points')],
  'noise drawn once': changed(
    { Forward: { inputs: { noise: 'Once.noise' } } },
    node('Once', 'GaussianNoise', {}, { batch_size: 32 }),
  ),
  'steps without a list': changed({ Samples: { params: { num_inference_steps: 90 } } }),
  'losses that nobody records': changed(
    { Guess: { inputs: { t: 'Imp.t' } } },
    node('Imp', 'ImportanceTimesteps', {
      like: 'Start.x_0',
      schedule: 'Schedule.schedule',
      record: 'Start.record',
    }),
  ),
  'steps that change nothing': changed({
    Start: { params: { steps: 5, gradient_accumulation_steps: 2 } },
  }),
}

describe('faults of real graphs', () => {
  vi.stubGlobal('document', { documentElement: {} })
  afterEach(() => applyLanguage('en'))

  test.each(Object.entries(broken))('%s', async (_, nodes) => {
    const faults = faultsOf(nodes)
    expect(faults.length).toBeGreaterThan(0)
    const before = faults.map(formatFault)
    expect(before.join()).not.toMatch(/[가-힣]/)
    await applyLanguage('ko')
    for (const fault of faults) {
      for (const field of ['message', 'cure'] as const) {
        if (!fault[field]) continue
        const text = translateMessage(getText(fault, field))
        expect(text).toMatch(/[가-힣].*[.]$/)
        expect(english(text)).toBeUndefined()
      }
    }
    await applyLanguage('en')
    expect(faults.map(formatFault)).toEqual(before)
  })

  test('are complete sentences with their values', async () => {
    await applyLanguage('ko')
    const all = Object.values(broken).flatMap((nodes) => faultsOf(nodes).map(formatFault))
    expect([...new Set(all)]).toMatchInlineSnapshot(`
      [
        "그래프에 순환이 있습니다: Gaussian Noise -> Forward Noise -> Gaussian Noise. 연결선 하나를 지우세요. 다음 반복에 쓸 값은 루프의 End를 거치게 하세요.",
        "Save Checkpoint가 Training Start의 루프 안에 있는 값을 씁니다. 마지막 반복이 끝난 뒤 Training End의 출력에서 값을 받으세요.",
        "Training Start에 End가 또 있습니다. 둘 가운데 하나를 삭제하세요. 루프에는 Start와 End가 하나씩입니다.",
        "Sampling End에 짝이 되는 Start가 없습니다. Sampling Start의 출력 \`loop\`를 연결하세요.",
        "필수 입력 timesteps가 연결되지 않았습니다. 타임스텝 목록을 연결하세요.",
        "Sampling Start에 짝이 되는 End가 없습니다. Sampling End를 추가하고 \`loop\`를 연결하세요.",
        "필수 입력 model이 연결되지 않았습니다. 모델을 연결하세요.",
        "필수 입력 x_t가 연결되지 않았습니다. 샘플 또는 노이즈를 연결하세요.",
        "필수 입력 t가 연결되지 않았습니다. 타임스텝을 연결하세요.",
        "t에는 타임스텝이 와야 하는데 Gaussian Noise의 noise는 노이즈입니다. 타임스텝을 연결하세요.",
        "Random Timesteps에는 출력 time이 없습니다. 다음 출력 가운데 하나를 쓰세요: t.",
        "Predict에는 입력 colour가 없습니다. 다음 입력 가운데 하나를 쓰세요: model, x_t, t, condition.",
        "입력 t가 그래프에 없는 Gone에 연결되어 있습니다. 다시 연결하세요.",
        "알 수 없는 노드 종류입니다: diffusion/HyperDiffuser. 이 노드가 든 팩을 불러오거나, 노드를 삭제하세요.",
        "hidden은 1부터 4096까지의 정수여야 하는데 0입니다. 1부터 4096까지의 정수로 정하세요. 기본값은 128입니다.",
        "lr는 0부터 10까지의 수여야 하는데 "fast"입니다. 0부터 10까지의 수로 정하세요. 기본값은 0.001입니다.",
        "predicts는 epsilon, v_prediction, sample, flow_prediction 가운데 하나여야 하는데 "everything"입니다. epsilon, v_prediction, sample, flow_prediction 가운데 하나로 정하세요. 기본값은 epsilon입니다.",
        "shuffle은 true나 false여야 하는데 1입니다. true나 false로 정하세요. 기본값은 true입니다.",
        "target은 prediction과 같은 epsilon이어야 하는데 v_prediction입니다. Target이나 ConvertPrediction으로 둘을 한 종류로 만드세요.",
        "타임스텝마다 β가 있는 이산 스케줄이어야 하는데, “sigma”는 시간이 연속입니다. squaredcos_cap_v2 같은 NoiseSchedule을 연결하세요.",
        "Importance Timesteps에는 앞 단계의 손실이 필요한데, 기록된 것이 없습니다. Loss의 \`losses\`를 Training End에 연결하세요.",
        "실행할 것이 없습니다. 결과를 보여 주거나 저장하는 노드가 없습니다. Scatter, Chart, Inspect 가운데 하나를 추가해 값을 연결하거나, 노드에서 “여기까지 실행”을 고르세요.",
        "Gaussian Noise는 한 번만 뽑습니다. Training Start의 모든 반복에 같은 노이즈가 쓰입니다. 반복마다 새로 뽑으려면 Training Start의 출력을 입력 \`like\`에 연결하세요.",
        "num_inference_steps는 타임스텝 수 50 이하여야 하는데 90입니다. num_inference_steps를 50 이하로 낮추세요.",
        "5단계 가운데 마지막 1단계는 가중치를 바꾸지 않습니다. 옵티마이저는 2단계마다 움직입니다. steps를 2의 배수로 정하세요.",
      ]
    `)
  })
})
