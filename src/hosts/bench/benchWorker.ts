// A side of a comparison in a worker: answers the requests of the page.
import { wasmFiles } from '../worker/wasmFiles.ts'
import { deviceStore } from '../../storage/storage.ts'
import { BenchPeer } from './peer.ts'
import type { PeerMessage, PeerRequest } from './protocol.ts'

const peer = new BenchPeer({ wasm: wasmFiles, devices: deviceStore() })
const post = (message: PeerMessage) => globalThis.postMessage(message)

globalThis.addEventListener('message', async ({ data }: MessageEvent<PeerRequest>) =>
  post(await peer.answer(data)),
)
post({ ready: true })
