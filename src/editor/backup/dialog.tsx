// What this browser keeps: how much of each, what can go, and all of it as one ZIP to take elsewhere.
import { useEffect, useRef, useState } from 'preact/hooks'
import { useEditor } from '../context.ts'
import { download } from '../download.ts'
import { pickFiles } from '../drops/gather.ts'
import { reasonOf } from '../drops/reason.ts'
import * as format from '../format.ts'
import * as state from '../state.ts'
import { texts, translated } from '../texts.ts'
import { offlineSize, partsHere } from './here.ts'
import './backup.css'
import { partIds, type Item, type PartId } from './parts.ts'
import { tellReport } from './tell.ts'
import { refreshMine } from '../subgraph/mine.tsx'
import { readLibrary, writeLibrary } from './zip.ts'

type Kept = Record<PartId, Item[]>

const sum = (items: readonly Item[]) => items.reduce((size, item) => size + item.size, 0)

export function StorageDialog({ close }: { close: () => void }) {
  const editor = useEditor()
  const [parts] = useState(() => partsHere(editor))
  const [kept, setKept] = useState<Kept>()
  const [wanted, setWanted] = useState<ReadonlySet<PartId>>(new Set(partIds.filter((part) => part !== 'states')))
  const load = async () => {
    const lists = await Promise.all(partIds.map(async (part) => [part, await parts[part].items()] as const))
    setKept(Object.fromEntries(lists) as Kept)
  }
  useEffect(() => {
    load().catch((error: unknown) => state.say(texts.backup.title, { text: reasonOf(error), error: true }))
  }, [])
  const { going, run } = useGoing(load)
  if (!kept) return <h2 id="dialog-title">{texts.backup.title}</h2>
  const chosen = partIds.filter((part) => wanted.has(part))
  const take = async (progress: (done: number, total: number) => void, signal: AbortSignal) => {
    const bytes = await writeLibrary(parts, chosen, progress, signal)
    download({ name: `litegraph-diffusion ${new Date().toISOString().slice(0, 10)}.zip`, mime: 'application/zip', bytes })
  }
  const bring = async () => {
    const [picked] = await pickFiles({ accept: '.zip', several: false })
    if (picked) await run(async (progress, signal) => tellReport(editor, await readLibrary(picked.file, parts, progress, signal)))
  }
  return (
    <>
      <h2 id="dialog-title">{texts.backup.title}</h2>
      <p>{texts.backup.meaning}</p>
      <ul class="kept-parts">
        {partIds.map((part) => (
          <PartRow
            key={part}
            part={part}
            items={kept[part]}
            wanted={wanted.has(part)}
            want={(on) => setWanted(new Set(on ? [...wanted, part] : [...wanted].filter((each) => each !== part)))}
            remove={async (id) => {
              await parts[part].remove(id)
              await load()
              await editor.workspace.refresh()
              await refreshMine(editor)
            }}
          />
        ))}
      </ul>
      <Offline />
      <Lasting />
      <div class="answers">
        {going ? (
          <Going going={going} />
        ) : (
          <>
            <button type="button" class="button outline" onClick={() => void bring()}>
              {texts.backup.import}
            </button>
            <button type="button" class="button outline" disabled={!chosen.length} onClick={() => void run(take)}>
              {texts.backup.export(format.bytes(chosen.reduce((size, part) => size + sum(kept[part]), 0)))}
            </button>
            <button type="button" class="button primary" onClick={close}>
              {texts.dialogs.close}
            </button>
          </>
        )}
      </div>
    </>
  )
}

interface Underway {
  part: number
  stop: () => void
}
type Work = (progress: (done: number, total: number) => void, signal: AbortSignal) => Promise<void>

/** Something that takes a while and can be stopped; `after` is called when it is over. */
function useGoing(after: () => Promise<void>) {
  const [going, setGoing] = useState<Underway>()
  const run = async (work: Work) => {
    const controller = new AbortController()
    const stop = () => controller.abort()
    setGoing({ part: 0, stop })
    try {
      await work((done, total) => setGoing({ part: total ? done / total : 1, stop }), controller.signal)
    } catch (error) {
      if (!controller.signal.aborted) state.say(texts.backup.title, { text: reasonOf(error), error: true })
    }
    setGoing(undefined)
    await after()
  }
  return { going, run }
}

const Going = ({ going: { part, stop } }: { going: Underway }) => (
  <div class="going">
    <progress value={part} aria-label={texts.backup.title} />
    <span>{Math.round(100 * part)}%</span>
    <button type="button" class="button outline" onClick={stop}>
      {texts.dialogs.cancel}
    </button>
  </div>
)

interface PartRowProps {
  part: PartId
  items: readonly Item[]
  wanted: boolean
  want: (on: boolean) => void
  remove: (id: string) => Promise<void>
}

/** More are not listed. */
const LISTED = 100

function PartRow({ part, items, wanted, want, remove }: PartRowProps) {
  const name = texts.backup.parts[part]
  const attempt = (id: string) => remove(id).catch((error: unknown) => state.say(name, { text: reasonOf(error), error: true }))
  const largest = items.toSorted((a, b) => b.size - a.size).slice(0, LISTED)
  return (
    <li>
      <input
        type="checkbox"
        class="switch"
        checked={wanted}
        aria-label={texts.backup.takeAlong(name)}
        onChange={({ currentTarget }) => want(currentTarget.checked)}
      />
      <details>
        <summary>
          <span class="name">{name}</span>
          <span class="count">{format.count(items.length)}</span>
          <span class="size">{format.bytes(sum(items))}</span>
        </summary>
        <p class="hint">{texts.backup.about[part]}</p>
        {part !== 'settings' && (
          <ul>
            {largest.map((item) => (
              <ItemRow key={item.id} item={item} remove={() => attempt(item.id)} />
            ))}
          </ul>
        )}
      </details>
    </li>
  )
}

/** What is deleted here does not come back, so the button asks once more by being pressed again. */
function ItemRow({ item: { size, when, ...item }, remove }: { item: Item; remove: () => Promise<void> }) {
  const name = translated(item.name)
  const [sure, setSure] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const facts = [format.bytes(size), when ? format.when(when) : ''].filter(Boolean).join(' · ')
  return (
    <li>
      <span class="name" title={name}>
        {name}
      </span>
      <span class="size">{facts}</span>
      <button
        ref={button}
        type="button"
        class={sure ? 'button small danger' : 'button small'}
        aria-label={`${sure ? texts.backup.really : texts.drawer.delete} ${name}`}
        onClick={() => (sure ? void remove() : setSure(true))}
        onBlur={() => setSure(false)}
      >
        {sure ? texts.backup.really : texts.drawer.delete}
      </button>
    </li>
  )
}

/** The files of the editor itself, for when there is no network. */
function Offline() {
  const [size, setSize] = useState(0)
  useEffect(() => void offlineSize().then(setSize), [])
  return size ? <p class="hint">{texts.backup.offline(format.bytes(size))}</p> : null
}

/** Whether the browser may clear it all when it is short of room. */
function Lasting() {
  const [lasting, setLasting] = useState<boolean>()
  useEffect(() => void navigator.storage?.persisted?.().then(setLasting), [])
  const used = state.storageUsed.value
  const ask = async () => {
    const granted = await navigator.storage.persist()
    setLasting(granted)
    if (!granted) state.say(texts.backup.notLasting)
  }
  return (
    <p class="hint">
      {used?.quota ? `${texts.drawer.used(format.bytes(used.used), format.bytes(used.quota))}. ` : ''}
      {lasting === true && texts.backup.lasting}
      {lasting === false && (
        <button type="button" class="link" onClick={() => void ask()}>
          {texts.backup.askLasting}
        </button>
      )}
    </p>
  )
}
