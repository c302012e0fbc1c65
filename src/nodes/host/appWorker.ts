// Worker of the app: the engine, or a side of a comparison for the page of measurements. One file
// for both, so that they share the code of tfjs.
import { BENCH_WORKER } from '../bench/protocol.ts'
import { serveNamed } from './serveNamed.ts'

if ((globalThis as { name?: unknown }).name === BENCH_WORKER) void import('../bench/benchWorker.ts')
else serveNamed()
