// The files of the lessons that come with the editor, by path. Pages for teachers are not among them.

export const courseTexts = import.meta.glob<string>('/lessons/*/course{,.ko}.md', {
  query: '?raw',
  import: 'default',
})

export const lessonTexts = import.meta.glob<string>('/lessons/*/*/lesson{,.ko}.md', {
  query: '?raw',
  import: 'default',
})

export const workflowTexts = import.meta.glob<string>('/lessons/*/*/*.json', {
  query: '?raw',
  import: 'default',
})
