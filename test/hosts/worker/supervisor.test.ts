// Supervision of engines by fake ports: restarts after failures, stops in time, and the messages.
import { applyLanguage, translateMessage } from '../../../src/editor/texts/texts.ts'
import { getText, englishText } from '../../../src/engine/base/catalogue.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { EngineFailure, EnginePort, Event, Request } from '../../../src/engine/protocol.ts'
import { supervise } from '../../../src/hosts/worker/supervisor.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** An engine that answers only what the test sends. */
interface FakeEngine {
  port: EnginePort
  posted: Request[]
  closed: boolean
  send(event: Event): void
  fail(cause: EngineFailure['cause'], message?: string): void
}

function createEngine(): FakeEngine {
  const listeners = new Set<(event: Event) => void>()
  const send = (event: Event) => listeners.forEach((listener) => listener(event))
  const engine: FakeEngine = {
    posted: [],
    closed: false,
    send,
    fail: (cause, message = '') => send({ type: 'failed', failure: { cause, message } }),
    port: {
      post: (request) => void engine.posted.push(structuredClone(request)),
      listen(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      close: () => void (engine.closed = true),
    },
  }
  return engine
}

const ready = (name: 'webgpu' | 'wasm' = 'webgpu'): Event => ({
  type: 'ready',
  backend: { name, device: '', reason: '', rejected: [] },
})

const progress = (index: number, loss?: number): Event => ({
  type: 'progress',
  run: 1,
  node: 'Start',
  end: 'End',
  index,
  count: 100,
  rate: 1,
  secondsLeft: 1,
  ...(loss !== undefined && { loss }),
})

const saved = (index: number): Event => ({
  type: 'saved',
  run: 1,
  node: 'Start',
  index,
  blocked: 1,
})

/** Starts a supervised run, which the engine has begun unless `begin` is false. */
async function superviseRun({ reopens = true, begin = true } = {}) {
  const engines = [createEngine()]
  const reopen = () => {
    engines.push(createEngine())
    return engines.at(-1)!.port
  }
  const port = supervise(engines[0].port, reopens ? { reopen } : {})
  const events: Event[] = []
  port.listen((event) => events.push(event))
  await vi.advanceTimersByTimeAsync(0)
  port.post({ type: 'backend', name: 'auto', wasm: 'files/' })
  port.post({ type: 'run', run: 1, graph: { nodes: [] } })
  if (begin) {
    engines[0].send(ready())
    engines[0].send({ type: 'busy', run: 1, node: 'Start' })
  }
  return { engines, port, events, last: () => engines.at(-1)! }
}

const ofType = (events: readonly Event[], type: Event['type']) =>
  events.filter((event) => event.type === type)

describe('after a failure', () => {
  test('a new engine gets the backend, the settings and the run as they are', async () => {
    const { engines, port, events, last } = await superviseRun()
    port.post({ type: 'keepLast', on: true })
    port.post({ type: 'visible', nodes: ['a'] })
    port.post({ type: 'pause', run: 1 })
    port.post({ type: 'monitor', run: 1, perSecond: 4 })
    port.post({ type: 'backend', name: 'webgpu', measure: true })
    engines[0].send(ready())
    engines[0].fail('crashed', 'Uncaught Error: x')
    expect(engines[0].closed).toBe(true)
    expect(last().posted).toEqual([
      { type: 'backend', name: 'webgpu', wasm: 'files/', last: 'webgpu' },
      { type: 'keepLast', on: true },
      { type: 'visible', nodes: ['a'] },
      { type: 'run', run: 1, graph: { nodes: [] }, paused: true, perSecond: 4 },
    ])
    expect(events.at(-1)).toMatchObject({ type: 'restarting', runs: [1] })
    last().send(progress(100))
    last().send({ type: 'finished', run: 1, seconds: 1, stopped: false })
    expect(ofType(events, 'finished')).toMatchObject([{ stopped: false }])
  })

  test('events of the failed engine are ignored', async () => {
    const { engines, events } = await superviseRun()
    engines[0].fail('device')
    engines[0].send({ type: 'finished', run: 1, seconds: 1, stopped: true })
    engines[0].fail('ended')
    expect(ofType(events, 'restarting')).toHaveLength(1)
    expect(ofType(events, 'finished')).toEqual([])
  })

  test('three in a row without progress end the run, and the next run starts', async () => {
    const { port, events, last } = await superviseRun()
    last().send(progress(10, 1))
    for (let i = 0; i < 3; i++) {
      last().send({ type: 'busy', run: 1, node: 'Start' })
      last().send(progress(10, 1))
      last().fail('memory', 'no room for 5 MiB')
    }
    expect(ofType(events, 'restarting')).toHaveLength(2)
    expect(ofType(events, 'faults')).toMatchObject([{ run: 1, faults: [{ node: 'Start' }] }])
    expect(events.at(-1)).toMatchObject({ type: 'finished', run: 1, stopped: true })
    expect(last().posted).toEqual([
      { type: 'backend', name: 'auto', wasm: 'files/', last: 'webgpu' },
    ])
    port.post({ type: 'run', run: 2, graph: { nodes: [] } })
    last().fail('memory', 'no room for 5 MiB')
    expect(last().posted.at(-1)).toMatchObject({ type: 'run', run: 2 })
  })

  test('progress beyond the furthest iteration starts the count again', async () => {
    const { events, last } = await superviseRun()
    for (let i = 1; i < 10; i++) {
      last().send(progress(i, 1))
      last().fail('device')
    }
    expect(ofType(events, 'restarting')).toHaveLength(9)
    expect(ofType(events, 'faults')).toEqual([])
  })

  test('questions are asked again, and given up after three failures', async () => {
    const { port, events, last } = await superviseRun()
    port.post({ type: 'check', id: 7, graph: { nodes: [] } })
    last().fail('ended')
    expect(last().posted.at(-1)).toMatchObject({ type: 'check', id: 7 })
    last().send({ type: 'checked', id: 7, faults: [] })
    last().fail('ended')
    expect(last().posted.some(({ type }) => type === 'check')).toBe(false)
    port.post({ type: 'check', id: 8, graph: { nodes: [] } })
    last().fail('ended')
    expect(ofType(events, 'unanswered')).toMatchObject([{ id: 8 }])
  })

  test('without a run or question three in a minute are the end', async () => {
    const { events, last } = await superviseRun()
    last().send({ type: 'finished', run: 1, seconds: 1, stopped: false })
    for (let i = 0; i < 5; i++) {
      last().fail('device')
      await vi.advanceTimersByTimeAsync(61_000)
    }
    expect(ofType(events, 'broken')).toEqual([])
    for (let i = 0; i < 3; i++) last().fail('device')
    expect(ofType(events, 'broken')).toHaveLength(1)
  })

  test('a worker that never started is not started again', async () => {
    const { engines, events, last } = await superviseRun({ begin: false })
    last().fail('crashed', 'Uncaught SyntaxError')
    expect(ofType(events, 'broken')).toHaveLength(1)
    expect(engines).toHaveLength(1)
  })

  test('an engine that cannot be replaced restarts its backend, or is the end', async () => {
    const { engines, events } = await superviseRun({ reopens: false })
    engines[0].fail('device')
    expect(engines[0].posted.slice(-2)).toMatchObject([{ type: 'backend' }, { type: 'run' }])
    engines[0].fail('crashed', 'x')
    expect(ofType(events, 'broken')).toHaveLength(1)
  })

  test('a run that was being stopped has stopped', async () => {
    const { port, events, last } = await superviseRun()
    port.post({ type: 'stop', run: 1, patient: true })
    last().fail('device')
    expect(ofType(events, 'finished')).toMatchObject([{ run: 1, stopped: true }])
    expect(last().posted.some(({ type }) => type === 'run')).toBe(false)
  })
})

describe('a hung engine', () => {
  test('is replaced after 30 s of silence, the next one after twice this time', async () => {
    const { engines, last } = await superviseRun()
    await vi.advanceTimersByTimeAsync(27_000)
    expect(engines).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(3000)
    expect(engines).toHaveLength(2)
    last().send(ready())
    await vi.advanceTimersByTimeAsync(57_000)
    expect(engines).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(3000)
    expect(engines).toHaveLength(3)
  })

  test('is none that reports kernels, answers pings, or has nothing to do', async () => {
    const { engines, last } = await superviseRun()
    expect(last().posted.some(({ type }) => type === 'ping')).toBe(false)
    for (let i = 0; i < 100; i++) {
      await vi.advanceTimersByTimeAsync(3000)
      last().send({ type: 'alive' })
    }
    expect(last().posted.filter(({ type }) => type === 'ping').length).toBeGreaterThan(90)
    last().send({ type: 'finished', run: 1, seconds: 1, stopped: false })
    await vi.advanceTimersByTimeAsync(1e6)
    expect(engines).toHaveLength(1)
  })

  test('is none while the page sleeps, or its script loads', async () => {
    const { engines, last } = await superviseRun()
    const now = performance.now.bind(performance)
    const asleep = vi.spyOn(performance, 'now').mockImplementation(() => now() + 3_600_000)
    await vi.advanceTimersByTimeAsync(6000)
    last().send({ type: 'alive' })
    asleep.mockRestore()
    expect(engines).toHaveLength(1)
    const loading = await superviseRun({ begin: false })
    await vi.advanceTimersByTimeAsync(1e6)
    expect(loading.engines).toHaveLength(1)
  })

  test('has more time if an iteration was silent for long before', async () => {
    const { engines, last } = await superviseRun()
    await vi.advanceTimersByTimeAsync(20_000)
    last().send(progress(1))
    await vi.advanceTimersByTimeAsync(50_000)
    expect(engines).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(12_000)
    expect(engines).toHaveLength(2)
  })
})

describe('a stop', () => {
  const stop = { type: 'stop', run: 1 } as const

  test('is shown after 200 ms, and later events of the run are not', async () => {
    const { port, events, last } = await superviseRun()
    last().send(progress(1, 1))
    port.post(stop)
    await vi.advanceTimersByTimeAsync(199)
    expect(ofType(events, 'finished')).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(ofType(events, 'finished')).toMatchObject([{ run: 1, stopped: true }])
    const count = events.length
    last().send(progress(2, 1))
    last().send({ type: 'finished', run: 1, seconds: 9, stopped: true })
    expect(events).toHaveLength(count)
  })

  test('is that of the engine if it takes less time', async () => {
    const { engines, port, events, last } = await superviseRun()
    port.post(stop)
    last().send({ type: 'finished', run: 1, seconds: 9, stopped: true })
    await vi.advanceTimersByTimeAsync(5000)
    expect(ofType(events, 'finished')).toMatchObject([{ seconds: 9 }])
    expect(engines).toHaveLength(1)
  })

  test('replaces an engine that goes on, and the next run starts in the new one', async () => {
    const { engines, port, last } = await superviseRun()
    last().send(progress(1, 1))
    last().send(saved(1))
    port.post(stop)
    await vi.advanceTimersByTimeAsync(500)
    port.post({ type: 'run', run: 2, graph: { nodes: [] } })
    await vi.advanceTimersByTimeAsync(499)
    expect(engines).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(engines).toHaveLength(2)
    expect(last().posted.at(-1)).toMatchObject({ type: 'run', run: 2 })
  })

  test('waits for a completed iteration that is not stored', async () => {
    const { engines, port, last } = await superviseRun()
    last().send(saved(1))
    last().send(progress(2, 1))
    port.post(stop)
    await vi.advanceTimersByTimeAsync(8000)
    expect(engines).toHaveLength(1)
    last().send(saved(2))
    expect(engines).toHaveLength(2)
  })

  test('does not replace an engine that is starting, nor one of a patient stop', async () => {
    const { engines, port, events } = await superviseRun({ begin: false })
    port.post(stop)
    await vi.advanceTimersByTimeAsync(5000)
    expect(ofType(events, 'finished')).toHaveLength(1)
    expect(engines).toHaveLength(1)
    const other = await superviseRun()
    other.port.post({ ...stop, patient: true })
    await vi.advanceTimersByTimeAsync(5000)
    expect(ofType(other.events, 'finished')).toEqual([])
    expect(other.engines).toHaveLength(1)
  })
})

test('messages about failures, in English and Korean', async () => {
  vi.stubGlobal('document', { documentElement: {} })
  const failures: [EngineFailure['cause'], string][] = [
    ['hung', '30'],
    ['crashed', 'Uncaught Error: x is undefined'],
    ['ended', ''],
    ['memory', 'Array buffer allocation failed'],
    ['device', ''],
    ['device', 'A valid external Instance reference no longer exists.'],
  ]
  const shown: string[] = []
  for (const [cause, message] of failures) {
    const { events, last } = await superviseRun()
    for (let i = 0; i < 3; i++) last().fail(cause, message)
    const restart = events.find((event) => event.type === 'restarting')!
    const [fault] = events.find((event) => event.type === 'faults')!.faults
    await applyLanguage('ko')
    shown.push(
      ...[getText(restart, 'message'), getText(fault, 'message'), getText(fault, 'cure')].flatMap(
        (each) => [englishText(each), translateMessage(each)],
      ),
    )
    await applyLanguage('en')
  }
  expect(shown).toMatchInlineSnapshot(`
    [
      "The engine did not answer for 30 seconds. The engine was restarted, and the run continues from the last saved state.",
      "엔진이 30초 동안 응답하지 않았습니다. 엔진을 다시 시작했고, 실행은 마지막으로 저장한 상태에서 이어집니다.",
      "The engine did not answer for 30 seconds. The run failed 3 times in a row at this node on webgpu, without progress.",
      "엔진이 30초 동안 응답하지 않았습니다. webgpu 백엔드에서 실행이 이 노드를 넘지 못하고 3번 연달아 실패했습니다.",
      "Lower batch_size or make the model smaller, so that a step takes less time, or choose a faster backend in the status bar. The last saved state of a training is kept: Run continues from it.",
      "batch_size를 낮추거나 모델을 작게 하여 한 단계의 시간을 줄이거나, 상태 표시줄에서 더 빠른 백엔드를 고르세요. 학습의 마지막으로 저장한 상태는 그대로입니다. 실행하면 거기에서 이어 갑니다.",
      "The engine worker failed: Uncaught Error: x is undefined. The engine was restarted, and the run continues from the last saved state.",
      "엔진 워커가 멈추었습니다: Uncaught Error: x is undefined. 엔진을 다시 시작했고, 실행은 마지막으로 저장한 상태에서 이어집니다.",
      "The engine worker failed: Uncaught Error: x is undefined. The run failed 3 times in a row at this node on webgpu, without progress.",
      "엔진 워커가 멈추었습니다: Uncaught Error: x is undefined. webgpu 백엔드에서 실행이 이 노드를 넘지 못하고 3번 연달아 실패했습니다.",
      "Choose another backend in the status bar, or reload the page. The last saved state of a training is kept: Run continues from it.",
      "상태 표시줄에서 다른 백엔드를 고르거나 페이지를 새로 고치세요. 학습의 마지막으로 저장한 상태는 그대로입니다. 실행하면 거기에서 이어 갑니다.",
      "The browser terminated the engine. The engine was restarted, and the run continues from the last saved state.",
      "브라우저가 엔진을 종료했습니다. 엔진을 다시 시작했고, 실행은 마지막으로 저장한 상태에서 이어집니다.",
      "The browser terminated the engine. The run failed 3 times in a row at this node on webgpu, without progress.",
      "브라우저가 엔진을 종료했습니다. webgpu 백엔드에서 실행이 이 노드를 넘지 못하고 3번 연달아 실패했습니다.",
      "Lower batch_size, make the model or its images smaller, or choose another backend in the status bar. The last saved state of a training is kept: Run continues from it.",
      "batch_size를 낮추거나, 모델이나 이미지를 작게 하거나, 상태 표시줄에서 다른 백엔드를 고르세요. 학습의 마지막으로 저장한 상태는 그대로입니다. 실행하면 거기에서 이어 갑니다.",
      "The engine ran out of memory: Array buffer allocation failed. The engine was restarted, and the run continues from the last saved state.",
      "엔진의 메모리가 부족합니다: Array buffer allocation failed. 엔진을 다시 시작했고, 실행은 마지막으로 저장한 상태에서 이어집니다.",
      "The engine ran out of memory: Array buffer allocation failed. The run failed 3 times in a row at this node on webgpu, without progress.",
      "엔진의 메모리가 부족합니다: Array buffer allocation failed. webgpu 백엔드에서 실행이 이 노드를 넘지 못하고 3번 연달아 실패했습니다.",
      "Lower batch_size, make the model or its images smaller, or choose another backend in the status bar. The last saved state of a training is kept: Run continues from it.",
      "batch_size를 낮추거나, 모델이나 이미지를 작게 하거나, 상태 표시줄에서 다른 백엔드를 고르세요. 학습의 마지막으로 저장한 상태는 그대로입니다. 실행하면 거기에서 이어 갑니다.",
      "The GPU device was lost. The engine was restarted, and the run continues from the last saved state.",
      "GPU 장치를 잃었습니다. 엔진을 다시 시작했고, 실행은 마지막으로 저장한 상태에서 이어집니다.",
      "The GPU device was lost. The run failed 3 times in a row at this node on webgpu, without progress.",
      "GPU 장치를 잃었습니다. webgpu 백엔드에서 실행이 이 노드를 넘지 못하고 3번 연달아 실패했습니다.",
      "Lower batch_size, close other pages that use the GPU, or choose wasm in the status bar. The last saved state of a training is kept: Run continues from it.",
      "batch_size를 낮추거나, GPU를 쓰는 다른 페이지를 닫거나, 상태 표시줄에서 wasm을 고르세요. 학습의 마지막으로 저장한 상태는 그대로입니다. 실행하면 거기에서 이어 갑니다.",
      "The GPU device was lost (A valid external Instance reference no longer exists). The engine was restarted, and the run continues from the last saved state.",
      "GPU 장치를 잃었습니다(A valid external Instance reference no longer exists). 엔진을 다시 시작했고, 실행은 마지막으로 저장한 상태에서 이어집니다.",
      "The GPU device was lost (A valid external Instance reference no longer exists). The run failed 3 times in a row at this node on webgpu, without progress.",
      "GPU 장치를 잃었습니다(A valid external Instance reference no longer exists). webgpu 백엔드에서 실행이 이 노드를 넘지 못하고 3번 연달아 실패했습니다.",
      "Lower batch_size, close other pages that use the GPU, or choose wasm in the status bar. The last saved state of a training is kept: Run continues from it.",
      "batch_size를 낮추거나, GPU를 쓰는 다른 페이지를 닫거나, 상태 표시줄에서 wasm을 고르세요. 학습의 마지막으로 저장한 상태는 그대로입니다. 실행하면 거기에서 이어 갑니다.",
    ]
  `)
})
