// 프레젠테이션, 학습 단계, 학습 경로로서의 갤러리에 관한 한국어 텍스트.
import type { Texts } from '../en/index.ts'

export const koPresent: Pick<Texts, 'present' | 'trainingTime' | 'gallery'> = {
  present: {
    label: '프레젠테이션',
    notes: '설명',
    bar: '프레젠테이션 제어',
    nothing: '이 워크플로에는 보여 줄 노드가 없습니다.',
    previous: '이전 단계',
    next: '다음 단계',
    position: (step, of) => `${step} / ${of}`,
    spotlight: '스포트라이트',
    fullScreen: '전체 화면',
    leave: '프레젠테이션 끝내기 (Esc)',
    zone: (start) => `${start} 반복`,
    part: (name, part, of) => `${name} (${of}개 중 ${part})`,
    around: (count) => `노드 ${count}개`,
  },

  trainingTime: {
    label: '학습 단계',
    step: '표시하는 학습 단계',
    hint: '모든 차트와 샘플을 학습의 한 단계 시점으로 보여 줍니다',
    now: '지금',
  },

  gallery: {
    level: '수준',
    levels: { basic: '기초', intermediate: '중급', advanced: '심화' },
    allLevels: '모든 수준',
    topic: '주제',
    allTopics: '모든 주제',
    timesHint: '시간은 CPU 스레드 하나에서 WebAssembly로 한 번 실행할 때의 추정값입니다.',
    underMinute: '1분 미만',
    about: (minutes) => `약 ${minutes}분`,
    needs: { images: '내 이미지 필요', gpu: 'GPU 권장' },
    noneOfBoth: '이 수준과 주제에 맞는 워크플로가 없습니다',
    showAll: '모든 수준과 주제 보기',
  },
}
