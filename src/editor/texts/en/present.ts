// English texts on the presentation, the steps of a training, and the gallery as a learning path.
import { plural } from '../counts.ts'

export const enPresent = {
  present: {
    label: 'Presentation',
    notes: 'Notes',
    bar: 'Presentation controls',
    nothing: 'This workflow has no nodes to present.',
    previous: 'Previous step',
    next: 'Next step',
    position: (step: number, of: number) => `${step} / ${of}`,
    spotlight: 'Spotlight',
    fullScreen: 'Full screen',
    leave: 'Exit presentation (Esc)',
    zone: (start: string) => `Loop of ${start}`,
    part: (name: string, part: number, of: number) => `${name} (${part} of ${of})`,
    around: (count: number) => plural(count, 'node'),
  },

  trainingTime: {
    label: 'Steps of the training',
    step: 'Shown training step',
    hint: 'Shows all charts and samples as of a step of the training',
    now: 'Now',
  },

  gallery: {
    level: 'Level',
    levels: { basic: 'Basic', intermediate: 'Intermediate', advanced: 'Advanced' },
    allLevels: 'All levels',
    topic: 'Topic',
    allTopics: 'All topics',
    timesHint: 'Times are estimates of one run with WebAssembly on one CPU thread.',
    underMinute: 'under 1 min',
    about: (minutes: number) => `about ${minutes} min`,
    needs: { images: 'needs your images', gpu: 'GPU recommended' },
    noneOfBoth: 'No workflow has this level and this topic',
    showAll: 'Show all levels and topics',
  },
}
