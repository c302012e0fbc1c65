// The gallery: the ready workflows in the order of the learning path, by level. Loaded when it is
// first shown. Fills wide screens.
import { useEffect, useState } from 'preact/hooks'
import { toLabel } from '../../painters/cutText.ts'
import { useBackup } from '../backup/services.ts'
import { texts, topicText, translateWorkflow } from '../texts/texts.ts'
import { MathText } from '../ui/math.tsx'
import { isDark } from '../ui/state.ts'
import { loadAllReady, searchReady, type GalleryWorkflow } from '../workspace/gallery.ts'
import { groupByLevel, levels, type Level } from '../workspace/learningPath.ts'
import { readyId } from '../workspace/state.ts'
import { Empty, SearchField, closeCoveringDrawer } from './parts.tsx'
import './gallery.css'

interface Filter {
  level?: Level | undefined
  topic?: string | undefined
}

export function Gallery() {
  const [ready, setReady] = useState<GalleryWorkflow[]>()
  const [query, setQuery] = useState('')
  const [filter, setFilter] = useState<Filter>({})
  useEffect(() => void loadAllReady().then(setReady), [])
  if (!ready) return null
  if (!ready.length)
    return <Empty title={texts.drawer.galleryEmpty} hint={texts.drawer.galleryEmptyHint} />
  const found = searchReady(ready, query).filter(
    ({ topic, path }) =>
      (filter.topic === undefined || topic === filter.topic) &&
      (filter.level === undefined || path?.level === filter.level),
  )
  return (
    <div class="gallery">
      <div class="gallery-head">
        <SearchField label={texts.drawer.search} query={query} search={setQuery} />
        <Filters ready={ready} filter={filter} setFilter={setFilter} />
        <p class="hint">{texts.gallery.timesHint}</p>
      </div>
      {!found.length && <NothingFound query={query} showAll={() => setFilter({})} />}
      {groupByLevel(found).map(([level, some]) => {
        const title = level ? texts.gallery.levels[level] : texts.drawer.otherTopic
        return (
          <section key={level} aria-label={title}>
            <h3 class="topic">{title}</h3>
            <ul class="cards">
              {some.map((each) => (
                <Card key={each.id} ready={each} />
              ))}
            </ul>
          </section>
        )
      })}
    </div>
  )
}

function NothingFound({ query, showAll }: { query: string; showAll: () => void }) {
  return (
    <div class="nothing-found">
      <Empty
        title={query ? texts.drawer.notFound(query) : texts.gallery.noneOfBoth}
        hint={texts.drawer.notFoundHint}
      />
      <button type="button" class="button outline small" onClick={showAll}>
        {texts.gallery.showAll}
      </button>
    </div>
  )
}

function Filters({
  ready,
  filter: { level, topic },
  setFilter,
}: {
  ready: readonly GalleryWorkflow[]
  filter: Filter
  setFilter: (filter: Filter) => void
}) {
  const topics = [...new Set(ready.map((each) => each.topic))].filter(Boolean)
  return (
    <>
      <div class="chips" role="group" aria-label={texts.gallery.level}>
        <Chip
          label={texts.gallery.allLevels}
          pressed={level === undefined}
          choose={() => setFilter({ topic })}
        />
        {levels.map((each) => (
          <Chip
            key={each}
            label={texts.gallery.levels[each]}
            pressed={level === each}
            choose={() => setFilter({ topic, level: each })}
          />
        ))}
      </div>
      <div class="chips" role="group" aria-label={texts.gallery.topic}>
        <Chip
          label={texts.gallery.allTopics}
          pressed={topic === undefined}
          choose={() => setFilter({ level })}
        />
        {topics.map((each) => (
          <Chip
            key={each}
            label={topicText(each)}
            pressed={topic === each}
            choose={() => setFilter({ level, topic: each })}
          />
        ))}
      </div>
    </>
  )
}

const Chip = ({
  label,
  pressed,
  choose,
}: {
  label: string
  pressed: boolean
  choose: () => void
}) => (
  <button type="button" class="button small" aria-pressed={pressed} onClick={choose}>
    {label}
  </button>
)

function Card({ ready }: { ready: GalleryWorkflow }) {
  const editor = useBackup()
  const { id, title, about, place } = ready
  const picture = (isDark.value ? undefined : ready.lightPicture) ?? ready.picture
  const facts = pathFacts(ready)
  return (
    <li>
      <button
        type="button"
        class="card"
        aria-current={readyId.value === id}
        onClick={() => {
          closeCoveringDrawer()
          void editor.workspace.openReady(id)
        }}
      >
        {picture && <img class="picture" src={picture} alt="" loading="lazy" />}
        <span class="body">
          <span class="heading">
            <span class="place">{place}</span>{' '}
            <span class="name">
              <MathText>{translateWorkflow(title)}</MathText>
            </span>
          </span>
          {facts.length > 0 && <span class="facts">{facts.join(' · ')}</span>}
          {about && <span class="text">{toLabel(translateWorkflow(about))}</span>}
        </span>
      </button>
    </li>
  )
}

/** Time and requirements of a workflow. */
function pathFacts({ path, topic }: GalleryWorkflow): string[] {
  const subject = topic ? [topicText(topic)] : []
  if (!path) return subject
  const { seconds, needs } = path
  const time =
    seconds < 45
      ? texts.gallery.underMinute
      : texts.gallery.about(Math.max(1, Math.round(seconds / 60)))
  return [...subject, time, ...needs.map((need) => texts.gallery.needs[need])]
}
