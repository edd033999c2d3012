"""The Webcam page: faces of a camera or a video file, judged while they move."""
