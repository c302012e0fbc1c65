// Starts a figure as a page of its own: reader mode, and figures in other pages.
import { signal } from '@preact/signals'
import { render } from 'preact'
import type { Client } from '../../hosts/worker/clientTypes.ts'
import { parseWorkflow } from '../../workflow/index.ts'
import type { BundledFile } from '../../workflow/bundle.ts'
import { emptyWorkflow, type WorkflowFile } from '../../workflow/file.ts'
import type { Address } from '../drops/address.ts'
import { setParams } from '../drops/workflowSettings.ts'
import { ownTypes } from '../graph/declarations.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import {
  applyLanguage,
  errorText,
  texts,
  translateMessage,
  wantDescriptions,
} from '../texts/texts.ts'
import { icons } from '../ui/icons.tsx'
import { setDark } from '../ui/state.ts'
import { applyTheme } from '../ui/theme.ts'
import { listenToHost, loadText } from './embedApi.ts'
import { createFigureClient, openFigureEngine } from './engine.ts'
import { readFigureLook } from './figureLook.ts'
import { FigurePage } from './figurePage.tsx'
import { followFrameFocus } from './frameFocus.ts'
import { openInEditor } from './openInEditor.ts'
import { createReader, type Reader } from './reader.ts'
import { loadNamed, loadSource, type Source } from './source.ts'
import { findZoneNodes } from './zone.ts'

/** Mark of the moment when a figure can be used, for measurements. */
const DRAWN = 'figure drawn'

export interface StartOptions {
  root: HTMLElement
  address: Address
  /** Address of the script of the engine's worker. */
  worker: string
  onDraw: () => void
}

/** Shows the figure of an address. Problems of the address are shown in it. */
export async function startFigure({ root, address, worker, onDraw }: StartOptions) {
  const look = readFigureLook(location.search)
  applyTheme(look.theme, ({ dark }) => setDark(dark))
  document.documentElement.classList.add('figure-alone')
  if (address.embed) followFrameFocus()
  const [, opened] = await Promise.all([applyLanguage('system'), openSource(address)])
  const client = createFigureClient(openFigureEngine(worker))
  storeFiles(client, opened.files)
  const reader = createReader({ client, file: opened.file, zone: opened.zone })
  const files = signal(opened.files)
  document.title = opened.file.extra.diffusion?.title ?? texts.product
  render(
    <main>
      <FigurePage
        figure={reader}
        hide={address.hide}
        problems={opened.problems}
        actions={<EditorButton reader={reader} files={() => files.value} />}
      />
    </main>,
    root,
  )
  onDraw()
  performance.mark(DRAWN)
  wantDescriptions()
  if (address.embed)
    listenToHost({
      figure: reader,
      onlyShown: address.read,
      problems: opened.problems,
      load: async (source) => {
        reader.open(parseSource(await loadText(source, loadNamed)))
        files.value = []
      },
    })
  if (look.autoRun) runWhenVisible(root, () => reader.run())
}

function EditorButton({ reader, files }: { reader: Reader; files: () => readonly BundledFile[] }) {
  const label = figureTexts().openInEditor
  return (
    <button
      type="button"
      class="button outline icon"
      title={label}
      aria-label={label}
      onClick={() => void openInEditor(reader.file.value, files())}
    >
      <icons.outward />
    </button>
  )
}

interface Opened {
  file: WorkflowFile
  files: readonly BundledFile[]
  zone: string | undefined
  problems: string[]
}

/** Loads the workflow of an address and applies its values. Never rejects: problems are listed. */
async function openSource(address: Address): Promise<Opened> {
  const problems = address.unreadable.map((part) => figureTexts().address.unreadable(part))
  let source: Source | undefined
  let file = emptyWorkflow()
  try {
    source = await loadSource(address, location.hash)
    const set = setParams(parseSource(source.text), address.set, ownTypes)
    file = set.file
    problems.push(...set.problems.map(translateMessage))
  } catch (error) {
    problems.push(errorText(error))
  }
  let { zone } = address
  if (zone !== undefined && source && !findZoneNodes(file, zone, ownTypes)) {
    problems.push(figureTexts().address.noZone(zone))
    zone = undefined
  }
  return { file, files: source?.files ?? [], zone, problems }
}

const parseSource = (text: string): WorkflowFile => parseWorkflow(text, ownTypes).workflow

/** Stores the files of the workflow in the engine's memory, before any run. */
function storeFiles(client: Pick<Client, 'storeFile'>, files: readonly BundledFile[]) {
  // A file that cannot be stored is a fault of the run that needs it.
  for (const { what, file, bytes } of files)
    client.storeFile(what, file.name, bytes).catch(() => {})
}

/** Runs once the figure is in the visible part of the page. */
function runWhenVisible(element: HTMLElement, run: () => void) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return
    observer.disconnect()
    run()
  })
  observer.observe(element)
}
