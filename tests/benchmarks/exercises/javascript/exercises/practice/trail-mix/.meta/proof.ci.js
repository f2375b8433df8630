export const mix = (first, second) => {
  let mixed = '';
  for (let at = 0; at < Math.max(first.length, second.length); at += 1) {
    mixed += (first[at] ?? '') + (second[at] ?? '');
  }
  return mixed;
};
