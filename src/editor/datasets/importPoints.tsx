// Dialog that imports a table of points as a data set.
import { useEffect, useState } from 'preact/hooks'
import type { ClassColumn, PointTable } from '../../engine/datasets/pointTable.ts'
import { placeFile, placePoints, showPlacedFile } from '../drops/placeFile.ts'
import { pointFacts } from '../drops/storedFileFacts.ts'
import { useRunning, type RunningServices } from '../running/services.ts'
import type { OpenedFile } from '../storage/openedFile.ts'
import { texts } from '../texts/texts.ts'
import { formatError } from '../ui/reason.ts'
import { showDialog, type Dialog } from '../ui/state.ts'
import { NameField } from './importFields.tsx'
import { PointsPlot } from './pointsPlot.tsx'
import { RadioRow } from './radioRow.tsx'

type PointsRequest = Extract<Dialog, { kind: 'importPoints' }>
type Place = 'library' | 'workflow'

interface ImportPointsProps {
  dialog: PointsRequest
  close: () => void
}

export function ImportPointsDialog({ dialog, close }: ImportPointsProps) {
  const editor = useRunning()
  const [name, setName] = useState(dialog.name.replace(/\.\w+$/, ''))
  const [classes, setClasses] = useState<ClassColumn>('auto')
  const [place, setPlace] = useState<Place>('library')
  const [isImporting, setImporting] = useState(false)
  const { table, error, setError } = useTable(dialog.file, classes)
  const start = async () => {
    if (!table || isImporting) return
    setImporting(true)
    try {
      const named = name.trim() || dialog.name
      if (place === 'library') await storePoints(editor, dialog, named, classes)
      else {
        close()
        showPlacedFile(placePoints(editor, named, table.text), pointFacts(table.points))
      }
    } catch (failure) {
      setError(formatError(failure))
    }
    setImporting(false)
  }
  return (
    <form
      class="import"
      onSubmit={(event) => {
        event.preventDefault()
        void start()
      }}
    >
      <h2 id="dialog-title">{texts.dataset.importTitle}</h2>
      <p class="facts">{table ? pointFacts(table.points) : !error && texts.dataset.reading}</p>
      <fieldset class="bare columns" disabled={isImporting}>
        <div class="fields">
          <NameField name={name} setName={setName} />
          <ClassColumnField {...{ classes, setClasses }} isShown={place === 'library'} />
          <PlaceField {...{ place, setPlace }} />
        </div>
        {table && <PointsPlot points={table.points} />}
      </fieldset>
      {error && (
        <p class="wrong" role="alert">
          {error}
        </p>
      )}
      <div class="answers">
        <button type="button" class="button" onClick={close}>
          {texts.dialogs.cancel}
        </button>
        <button type="submit" class="button primary" disabled={!table || isImporting}>
          {texts.dataset.import}
        </button>
      </div>
    </form>
  )
}

interface ClassColumnProps {
  classes: ClassColumn
  setClasses: (classes: ClassColumn) => void
  /** False in a workflow, whose PointTable always finds the column automatically. */
  isShown: boolean
}

function ClassColumnField({ classes, setClasses, isShown }: ClassColumnProps) {
  const words = texts.dataset.points
  if (!isShown) return null
  return (
    <>
      <RadioRow
        label={words.classes}
        value={classes}
        choices={words.columns}
        onValue={(value) => setClasses(value as ClassColumn)}
      />
      <p class="hint">{words.columnHints[classes]}</p>
    </>
  )
}

interface PlaceProps {
  place: Place
  setPlace: (place: Place) => void
}

function PlaceField({ place, setPlace }: PlaceProps) {
  const words = texts.dataset.points
  return (
    <>
      <RadioRow
        label={words.keep}
        value={place}
        choices={words.places}
        onValue={(value) => setPlace(value as Place)}
      />
      <p class="hint">{words.placeHints[place]}</p>
    </>
  )
}

interface ReadTable {
  text: string
  points: PointTable
}

/** Reads the table with this column of classes. */
function useTable(file: OpenedFile, classes: ClassColumn) {
  const [table, setTable] = useState<ReadTable>()
  const [error, setError] = useState('')
  useEffect(() => {
    let closed = false
    setError('')
    file.pointTable(classes).then(
      (read) => closed || setTable(read),
      (failure: unknown) => {
        if (closed) return
        setTable(undefined)
        setError(formatError(failure))
      },
    )
    return () => void (closed = true)
  }, [file, classes])
  return { table, error, setError }
}

/** Stores a table as a data set, places it in the graph and shows it. */
async function storePoints(
  editor: Pick<RunningServices, 'files' | 'stage' | 'workspace'>,
  { file: source }: PointsRequest,
  name: string,
  classes: ClassColumn,
) {
  const bytes = await source.packPoints(name, classes)
  const file = await editor.files.store('dataset', name, bytes)
  const placed = placeFile(editor, 'points', file)
  showDialog({ kind: 'dataset', file, placed: { ...placed, hasPoints: true } })
}
