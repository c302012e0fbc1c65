// Copies of short rows: what a view and a copy in JavaScript cost for each is more than the copy.
import { advance, func, i32, load, store, whileBelow } from './assembler.ts'

/** Rows of `bytes`, a multiple of 16, that are so far apart; as many as begin before `end` of what is copied to. */
const copyRows = func(
  { from: 'i32', fromStep: 'i32', to: 'i32', toStep: 'i32', end: 'i32', bytes: 'i32' },
  ({ from, fromStep, to, toStep, end, bytes }, local) => {
    const offset = local('i32')
    return whileBelow(to, end.get, [
      offset.set(i32.const(0)),
      whileBelow(offset, bytes.get, [
        store(i32.add(to.get, offset.get), load(i32.add(from.get, offset.get))),
        advance(offset, 16),
      ]),
      advance(from, fromStep.get),
      advance(to, toStep.get),
    ])
  },
)

export const copyFunctions = { copyRows }
