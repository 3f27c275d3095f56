export default function Page() {
  return <h1>bus</h1>;
}
