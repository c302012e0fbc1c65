// A page in one file: shows its own workflow in reader mode. Runs from disk, without a network. The
// build makes a template of it (build/onePage.ts).
import '../ui/tokens.css'
import '../ui/base.css'
import '../ui/controls.css'
import { render } from 'preact'
import { getErrorMessage } from '../../engine/base/fault.ts'
import { trustedScriptUrl } from '../../engine/base/trustedScriptUrl.ts'
import type { EnginePort } from '../../engine/protocol.ts'
import { createClient } from '../../nodes/host/client.ts'
import { deferPort, deferUntilNeeded } from '../../nodes/host/deferredPort.ts'
import { openMemoryEngine } from '../../nodes/host/memoryEngine.ts'
import { brokenPort, openWorkerPort } from '../../nodes/host/workerPort.ts'
import { MEMORY_WORKER } from '../../nodes/host/workerNames.ts'
import { readBundle, readEngineScript } from '../../nodes/page/readPage.ts'
import { parseWorkflow } from '../../nodes/workflow.ts'
import { unpackBundle, type BundledFile } from '../../nodes/workflow/bundle.ts'
import { ownTypes } from '../graph/declarations.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import { applyLanguage } from '../texts/texts.ts'
import { setDark } from '../ui/state.ts'
import { applyTheme } from '../ui/theme.ts'
import { FigurePage } from './figurePage.tsx'
import { createReader } from './reader.ts'

const read = (id: string) => document.getElementById(id)?.textContent ?? ''

async function start(root: HTMLElement) {
  applyTheme('system', ({ dark }) => setDark(dark))
  document.documentElement.classList.add('figure-alone')
  await applyLanguage('system')
  const { workflow, files } = unpackBundle(readBundle(read))
  const file = parseWorkflow(workflow, ownTypes).workflow
  const client = createClient(openPageEngine(files))
  render(
    <main>
      <FigurePage figure={createReader({ client, file })} />
    </main>,
    root,
  )
}

/** The engine of this page, which starts after the first paint. */
function openPageEngine(files: readonly BundledFile[]): EnginePort {
  const requests = files.map(({ what, file: { name }, bytes }, id) => ({
    type: 'storeFile' as const,
    id,
    what,
    name,
    bytes,
  }))
  const painted = new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve))
    setTimeout(resolve, 1000)
  })
  return deferUntilNeeded(() => openMemoryEngine(startPageWorker, () => requests), painted)
}

/** Starts the worker from the script in this page. */
const startPageWorker = (): EnginePort =>
  deferPort(
    readEngineScript(read).then(
      (script) => {
        const address = URL.createObjectURL(script)
        return openWorkerPort(new Worker(trustedScriptUrl(address), { name: MEMORY_WORKER }))
      },
      (error: unknown) => brokenPort(getErrorMessage(error)),
    ),
  )

const root = document.getElementById('app')
// It is a classic script, which cannot await.
if (root)
  start(root).catch(() => {
    // The data of the page was changed or cut off.
    render(<p class="figure-empty">{figureTexts().page.broken}</p>, root)
  })
