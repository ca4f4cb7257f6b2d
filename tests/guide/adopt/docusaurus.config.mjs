export default {title: "Photos"};
