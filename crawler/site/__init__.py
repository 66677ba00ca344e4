"""What is known of people.com.cn without looking into a page: its channels and its addresses."""
