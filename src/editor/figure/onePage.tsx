// A page in one file: shows its own workflow in reader mode. Runs from disk, without a network. The
// build makes a template of it (build/onePage.ts).
import '../ui/tokens.css'
import '../ui/base.css'
import '../ui/controls.css'
import { render } from 'preact'
import { createClient } from '../../nodes/host/client.ts'
import { readBundle } from '../../nodes/page/readPage.ts'
import { parseWorkflow } from '../../nodes/workflow.ts'
import { unpackBundle } from '../../nodes/workflow/bundle.ts'
import { ownTypes } from '../graph/declarations.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import { applyLanguage } from '../texts/texts.ts'
import { setDark } from '../ui/state.ts'
import { applyTheme } from '../ui/theme.ts'
import { FigurePage } from './figurePage.tsx'
import { openPageEngine, readPart } from './pageEngine.ts'
import { createReader } from './reader.ts'

async function start(root: HTMLElement) {
  applyTheme('system', ({ dark }) => setDark(dark))
  document.documentElement.classList.add('figure-alone')
  await applyLanguage('system')
  const { workflow, files } = unpackBundle(readBundle(readPart))
  const file = parseWorkflow(workflow, ownTypes).workflow
  const client = createClient(openPageEngine(files))
  render(
    <main>
      <FigurePage figure={createReader({ client, file })} />
    </main>,
    root,
  )
}

const root = document.getElementById('app')
// It is a classic script, which cannot await.
if (root)
  start(root).catch(() => {
    // The data of the page was changed or cut off.
    render(<p class="figure-empty">{figureTexts().page.broken}</p>, root)
  })
