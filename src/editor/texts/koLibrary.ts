// 탭, 버전, 이 브라우저에 보관된 것에 관한 말, 한국어.
import type { enLibrary } from './enLibrary.ts'

export const koLibrary: typeof enLibrary = {
  tabs: {
    label: '열린 워크플로',
    close: (name) => `${name} 닫기`,
    closed: (name) => `“${name}” 닫음`,
    draftKept: '저장하지 않은 변경은 내 작업에 초안으로 남아 있습니다.',
    reopen: '다시 열기',
    runs: '실행 중',
    runsIn: (state, name) => `${name}: ${state}`,
  },
}
