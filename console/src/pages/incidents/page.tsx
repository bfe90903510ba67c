import { PageHead } from '../../ui/panel.tsx';

const Page = () => <PageHead title="Incidents" />;

export default Page;
