import { PageHead } from '../../ui/panel.tsx';

const Page = () => <PageHead title="Operations" />;

export default Page;
