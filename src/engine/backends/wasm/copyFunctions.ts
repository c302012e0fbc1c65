// Copies of short rows and single numbers. In JavaScript, a view and a copy call for each would
// cost more than the copy itself.
import type { Code, Func } from './assembler.ts'
import {
  advance,
  clearBytes,
  copyBytes,
  f32,
  func,
  i32,
  load,
  loadFirst,
  loadLane,
  newLocals,
  store,
  whileBelow,
} from './assembler.ts'

/**
 * Copies rows of `bytes`, a multiple of `step`, with these distances, while the target is below
 * `end`.
 */
const copyRowsBy = (step: number, copy: (to: Code, from: Code) => Code): Func =>
  func(
    { from: 'i32', fromStep: 'i32', to: 'i32', toStep: 'i32', end: 'i32', bytes: 'i32' },
    ({ from, fromStep, to, toStep, end, bytes }, local) => {
      const offset = local('i32')
      return whileBelow(to, end.get, [
        offset.set(i32.const(0)),
        whileBelow(offset, bytes.get, [
          copy(i32.add(to.get, offset.get), i32.add(from.get, offset.get)),
          advance(offset, step),
        ]),
        advance(from, fromStep.get),
        advance(to, toStep.get),
      ])
    },
  )

/**
 * Copies rows of x into a padded item, which is cleared first. Of every row, `width` bytes are
 * copied in pieces of `bytes`; rows are `fromRow` bytes apart and end at `end`. The first piece is
 * copied to `to`.
 */
const padItem = func(
  {
    item: 'i32',
    size: 'i32',
    from: 'i32',
    width: 'i32',
    fromPiece: 'i32',
    fromRow: 'i32',
    end: 'i32',
    to: 'i32',
    toPiece: 'i32',
    toRow: 'i32',
    bytes: 'i32',
  },
  ({ item, size, from, width, fromPiece, fromRow, end, to, toPiece, toRow, bytes }, local) => {
    const [at, stop, target] = newLocals(local, 'i32', 3)
    return [
      clearBytes(item.get, size.get),
      whileBelow(from, end.get, [
        at.set(from.get),
        stop.set(i32.add(from.get, width.get)),
        target.set(to.get),
        whileBelow(at, stop.get, [
          copyBytes(target.get, at.get, bytes.get),
          advance(at, fromPiece.get),
          advance(target, toPiece.get),
        ]),
        advance(from, fromRow.get),
        advance(to, toRow.get),
      ]),
    ]
  },
)

/**
 * Gathers `count` numbers that are `apart` bytes from each other, padded with zeros to entire
 * vectors. Repeats this in steps of `step` for `run` bytes of output, and all of it in steps of
 * `next` until `end`.
 */
const gather = (count: number): Func =>
  func(
    { from: 'i32', apart: 'i32', step: 'i32', run: 'i32', next: 'i32', to: 'i32', end: 'i32' },
    ({ from, apart, step, run, next, to, end }, local) => {
      const [begin, at, stop] = newLocals(local, 'i32', 3)
      const values = local('v128')
      const gatherNumber = (i: number): Code => [
        advance(at, apart.get),
        i % 4 === 0
          ? values.set(loadFirst(at.get))
          : values.set(loadLane(at.get, values.get, i % 4)),
        i % 4 === 3 || i === count - 1 ? store(to.get, values.get, 4 * (i - (i % 4))) : [],
      ]
      return whileBelow(to, end.get, [
        begin.set(i32.sub(from.get, apart.get)),
        stop.set(i32.add(to.get, run.get)),
        whileBelow(to, stop.get, [
          at.set(begin.get),
          Array.from({ length: count }, (_, i) => gatherNumber(i)),
          advance(begin, step.get),
          advance(to, 16 * Math.ceil(count / 4)),
        ]),
        advance(from, next.get),
      ])
    },
  )

/** Copies a number of bytes. In a shared memory, JavaScript copies word by word. */
const copyVector = func({ from: 'i32', to: 'i32', bytes: 'i32' }, ({ from, to, bytes }) =>
  copyBytes(to.get, from.get, bytes.get),
)

export const copyFunctions = {
  copyVector,
  copyRows: copyRowsBy(16, (to, from) => store(to, load(from))),
  copyShortRows: copyRowsBy(4, (to, from) => f32.store(to, f32.load(from))),
  padItem,
  gather8: gather(8),
  gather7: gather(7),
  gather6: gather(6),
  gather5: gather(5),
  gather4: gather(4),
  gather3: gather(3),
  gather2: gather(2),
  gather1: gather(1),
}
