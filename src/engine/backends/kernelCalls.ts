// Observes the kernel calls of tfjs.
import { tfEngine } from '../base/tfEngine.ts'

/** A private method of tfjs's engine that runs every kernel. */
interface KernelRunner {
  runKernelFunc(call: unknown): unknown
}

/** Calls `listener` before each kernel. Returns a function that removes it. */
export function onEachKernel(listener: () => void): () => void {
  const engine = tfEngine<KernelRunner>()
  const { runKernelFunc } = engine
  const observed = (call: unknown) => {
    listener()
    return runKernelFunc.call(engine, call)
  }
  engine.runKernelFunc = observed
  return () => {
    if (engine.runKernelFunc === observed) engine.runKernelFunc = runKernelFunc
  }
}
