// The worker of the package, whose GPU device tests can destroy. The message `hang` hangs it.
import { serve } from '../../src/hosts/worker/serve.ts'
import { nodes } from '../../src/nodes/table.ts'

const { requestDevice } = GPUAdapter.prototype
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor)
  Object.assign(globalThis, { device })
  return device
}

addEventListener('message', ({ data }) => {
  if (data === 'hang') for (;;);
})
serve(nodes)
