export const shared = { instances: 1 };
export default function answer() {
  return 42;
}
