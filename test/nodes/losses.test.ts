// The losses event of a training session: complete for every outcome of a run.
import { expect, test } from 'vitest'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import type { Event } from '../../src/engine/protocol.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'

const training = (steps: number) => ({
  nodes: trainingGraph(steps).nodes.filter(
    ({ id }) => !['x_T', 'Samples', 'Picture', 'Numbers'].includes(id),
  ),
})

onCpu(() => {
  test('losses are sent once per run: trained, cached, resumed or stopped', async () => {
    const events: Event[] = []
    let stopAt = Infinity
    const session = createSession({
      ops: opTable(nodes),
      onEvent(event) {
        events.push(event)
        if (event.type === 'progress' && event.index >= stopAt) session.control('stop', event.run)
      },
    })
    let runs = 0
    const run = async (steps: number) => {
      events.length = 0
      await session.run({ type: 'run', run: ++runs, graph: training(steps) })
      const told = events.filter((event) => event.type === 'losses')
      expect(told).toHaveLength(1)
      expect(told[0]).toMatchObject({ run: runs, node: 'Start' })
      expect(events.indexOf(told[0])).toBeLessThan(
        events.findIndex(({ type }) => type === 'finished'),
      )
      return told[0]
    }
    const first = await run(6)
    expect([first.index, first.losses.length]).toEqual([6, 6])
    // Progress events do not wait for a loss, so that the last one may contain an earlier loss.
    expect([...first.losses]).toContain(
      events.filter((event) => event.type === 'progress').at(-1)!.loss,
    )
    expect((await run(6)).losses).toEqual(first.losses)
    const further = await run(9)
    expect([further.index, further.losses.length]).toEqual([9, 9])
    expect(further.losses.slice(0, 6)).toEqual(first.losses)
    stopAt = 10
    const stopped = await run(5000)
    expect(stopped.losses).toHaveLength(stopped.index)
    expect(stopped.index).toBeLessThan(5000)
    await session.dispose()
  })
})
